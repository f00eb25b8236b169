/// Tables and views.
#include "storage/postgres_schema.hpp"

#include <fmt/format.h>

namespace hone {

// The tables that every verb writes refer to no other one: each new row would lock the row it refers to, and its study
// is locked anyway. Room is left in their pages, so that a changed row stays in its page and no index is touched.
constinit const char* const postgres_tables = R"(
CREATE SCHEMA IF NOT EXISTS hone;

CREATE TABLE hone.meta(format bigint NOT NULL);

CREATE TABLE hone.studies(
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text COLLATE "C" NOT NULL UNIQUE,
  kind text NOT NULL,
  seed numeric(20) NOT NULL,
  max_step bigint NOT NULL,
  space_hash text NOT NULL,
  data_hash text NOT NULL,
  created_ms bigint NOT NULL,
  study_file text NOT NULL,
  mark bigint NOT NULL                -- of the verb that created it
);

CREATE TABLE hone.heads(              -- where a study stands: the row that every verb locks
  study bigint PRIMARY KEY REFERENCES hone.studies ON DELETE CASCADE,
  revision bigint NOT NULL DEFAULT 0,
  mark bigint NOT NULL DEFAULT 0,     -- of the last line of the journal
  trials bigint NOT NULL DEFAULT 0,   -- the next free number
  objectives bigint NOT NULL,
  updated_ms bigint NOT NULL
) WITH (fillfactor = 20);

CREATE TABLE hone.objectives(
  study bigint NOT NULL REFERENCES hone.studies ON DELETE CASCADE,
  position bigint NOT NULL,
  direction text NOT NULL CHECK (direction IN ('minimize', 'maximize')),
  metric text NOT NULL,
  PRIMARY KEY (study, position)
);

CREATE TABLE hone.attributes(
  study bigint NOT NULL REFERENCES hone.studies ON DELETE CASCADE,
  key text NOT NULL,
  value text NOT NULL,
  PRIMARY KEY (study, key)
);

CREATE TABLE hone.journal(            -- one row per revision of a study
  study bigint NOT NULL,
  revision bigint NOT NULL,
  at_ms bigint NOT NULL,
  kind text NOT NULL,
  trial bigint NOT NULL,              -- -1: the study as a whole
  changes boolean NOT NULL,           -- did the trial change, or does the line only speak of it?
  step bigint NOT NULL,
  detail text NOT NULL,
  mark bigint NOT NULL,               -- of the verb that wrote it: no other verb has the same
  PRIMARY KEY (study, revision)
);

CREATE TABLE hone.trials(             -- with their run 0
  study bigint NOT NULL,
  number bigint NOT NULL,
  state text NOT NULL CHECK (state IN ('waiting', 'running', 'paused', 'complete', 'pruned', 'failed')),
  origin text NOT NULL,
  arm text NOT NULL,
  why text NOT NULL,
  attempt bigint NOT NULL,
  seen bigint NOT NULL,
  asked bigint NOT NULL,
  finished bigint NOT NULL DEFAULT 0,
  changed bigint NOT NULL,            -- revision of the last change but for reports
  until_step bigint NOT NULL,
  started_ms bigint NOT NULL,
  seconds double precision NOT NULL DEFAULT 0,
  reason text NOT NULL DEFAULT '',
  options_hash text NOT NULL,
  kernel_id text NOT NULL,
  point text NOT NULL,                -- unit coordinates of all axes; inactive ones are 0.5
  configuration text NOT NULL,        -- a JSON object; inactive parameters are absent
  cost double precision NOT NULL DEFAULT 0,  -- so far, in the study's unit
  constraints double precision[],
  seed numeric(20) NOT NULL,
  starts bigint NOT NULL,             -- how often it was started
  losses bigint NOT NULL DEFAULT 0,   -- how many of its holders died
  token text,                         -- of the present holder, or of the one who told the outcome
  host text,                          -- the holder: host, boot, process, start time of the process
  boot_id text,
  process bigint,
  process_start bigint,
  told double precision[],            -- when complete: one value per objective
  PRIMARY KEY (study, number),
  CHECK ((finished > 0) = (state IN ('complete', 'pruned', 'failed')))
) WITH (fillfactor = 60);

CREATE TABLE hone.reports(
  study bigint NOT NULL,
  trial bigint NOT NULL,
  step bigint NOT NULL,
  measured double precision[] NOT NULL,  -- one per objective
  revision bigint NOT NULL,
  PRIMARY KEY (study, trial, step)
);

CREATE TABLE hone.workers(            -- processes that have worked on a study
  study bigint NOT NULL REFERENCES hone.studies ON DELETE CASCADE,
  host text COLLATE "C" NOT NULL,     -- who it is: host, boot, process, start time of the process
  boot_id text COLLATE "C" NOT NULL,
  process bigint NOT NULL,
  process_start bigint NOT NULL,
  beats bigint NOT NULL,              -- how often it said that it is there: its lease lasts as long as this grows
  joined_ms bigint NOT NULL,
  seen_ms bigint NOT NULL,
  gone text,                          -- NULL while it works; 'left', or 'lost' when it was given up
  PRIMARY KEY (study, host, boot_id, process, process_start)
);

CREATE VIEW hone.runs AS
  SELECT study, number AS trial, 0 AS run, seed, starts AS attempt, losses, state, token, host, boot_id, process,
         process_start, told
  FROM hone.trials;

CREATE VIEW hone.parameters AS        -- text of a value as it stands in the JSON, strings bare
  SELECT trials.study, trials.number AS trial, entry.position - 1 AS position, entry.name,
         CASE json_typeof(entry.value) WHEN 'number' THEN CASE WHEN entry.value::text ~ '[.e]' THEN 'float'
                                                             ELSE 'int' END
                                       WHEN 'boolean' THEN 'bool' ELSE json_typeof(entry.value) END AS type,
         CASE json_typeof(entry.value) WHEN 'string' THEN entry.value #>> '{}' ELSE entry.value::text END AS value
  FROM hone.trials CROSS JOIN LATERAL json_each(trials.configuration::json)
       WITH ORDINALITY AS entry(name, value, position);

CREATE VIEW hone.run_values AS
  SELECT trials.study, trials.number AS trial, 0 AS run, entry.position - 1 AS position, entry.value
  FROM hone.trials CROSS JOIN LATERAL unnest(told) WITH ORDINALITY AS entry(value, position);

CREATE VIEW hone.report_values AS     -- of every objective
  SELECT reports.study, reports.trial, 0 AS run, reports.step, entry.position - 1 AS position, entry.value
  FROM hone.reports CROSS JOIN LATERAL unnest(measured) WITH ORDINALITY AS entry(value, position);

CREATE VIEW hone.trial_constraints AS
  SELECT trials.study, trials.number AS trial, entry.position - 1 AS position, entry.value
  FROM hone.trials CROSS JOIN LATERAL unnest(constraints) WITH ORDINALITY AS entry(value, position);

CREATE VIEW hone.results AS
  SELECT studies.name AS study, trials.number AS trial, trials.state, trials.arm, trials.seconds, trials.reason,
         objectives.metric, objectives.direction, trials.told[objectives.position + 1] AS value
  FROM hone.trials JOIN hone.studies ON studies.id = trials.study
  JOIN hone.objectives ON objectives.study = trials.study;
)";

namespace {

// Views are what the tables of the present format say, so they need no copy.
constexpr const char* keep_tables = R"(
DROP SCHEMA IF EXISTS hone_format_{0} CASCADE;
CREATE SCHEMA hone_format_{0};
DO $$
DECLARE _table text;
BEGIN
  FOR _table IN SELECT tablename FROM pg_tables WHERE schemaname = 'hone' LOOP
    EXECUTE format('CREATE TABLE hone_format_{0}.%I AS TABLE hone.%I', _table, _table);
  END LOOP;
END $$;
)";

constexpr const char* costs = R"(
ALTER TABLE hone.trials ADD COLUMN cost double precision NOT NULL DEFAULT 0;
)";

}  // namespace

std::string postgres_conversion(std::int64_t format) {
  std::string all = fmt::format(keep_tables, format);
  if (format < 2) all += costs;
  return all;
}

}  // namespace hone
