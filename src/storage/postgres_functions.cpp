/// One function for each verb, which is one transaction and one round trip.
///
/// What they have in common: `_known` is the last revision whose line the caller knows, `_known_mark` its mark, `_mark`
/// that of this call. `status`: 'ok'; 'done': an earlier sending of the same call was carried out, and this is its
/// answer; else why nothing was changed, and what the refusal's words need. `lost`: the known line is not there.
#include <fmt/format.h>

#include <string_view>

#include "storage/postgres_schema.hpp"

namespace hone {

namespace {

constexpr const char* enter = R"(
  SELECT * INTO _head FROM hone.heads WHERE study = _study FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    status := 'no study'; RETURN;
  END IF;
  lost := false;
  IF _head.revision <> _known OR _head.mark <> _known_mark THEN
    lost := _known > 0 AND NOT EXISTS (
      SELECT FROM hone.journal WHERE study = _study AND revision = _known AND mark = _known_mark);
    SELECT revision, at_ms INTO line, at FROM hone.journal
      WHERE study = _study AND revision > CASE WHEN lost THEN 0 ELSE _known END AND mark = _mark
      ORDER BY revision LIMIT 1;
    IF FOUND THEN
      status := 'done'; count := hone.starts_until(_study, line); RETURN;
    END IF;
  END IF;
  line := _head.revision + 1;
  at := (extract(epoch FROM clock_timestamp()) * 1000)::bigint;
)";

constexpr const char* answer =
    "OUT status text, OUT line bigint, OUT at bigint, OUT lost boolean, OUT was text, OUT count bigint, OUT held "
    "boolean";

/// `parameters`: after the common ones. `change`, `line`: what it does under the study's lock.
/// `before`: what it may refuse without the lock.
std::string verb(const char* name, const char* parameters, std::string_view change, std::string_view line = "",
                 const char* variables = "", const char* before = "") {
  return fmt::format(
      "CREATE OR REPLACE FUNCTION hone.{}(_study bigint, _known bigint, _known_mark bigint, _mark bigint, {}, {}) "
      "LANGUAGE plpgsql AS $$\n#variable_conflict use_column\nDECLARE _head hone.heads%ROWTYPE; {}\nBEGIN{}{}{}{}END "
      "$$;\n",
      name, parameters, answer, variables, before, enter, change, line);
}

/// Writes the line of the verb; all is well.
std::string write_line(const char* kind, const char* step, const char* detail, const char* changes = "true") {
  return fmt::format(
      "  INSERT INTO hone.journal VALUES (_study, line, at, {}, _trial, {}, {}, {}, _mark);\n"
      "  UPDATE hone.heads SET revision = line, mark = _mark, updated_ms = at WHERE study = _study;\n"
      "  status := 'ok';\n",
      kind, changes, step, detail);
}

/// After an UPDATE that did not find the trial as it must be: why.
constexpr const char* refuse_if_unchanged = R"(
  IF NOT FOUND THEN
    SELECT state, coalesce(token = _token, false) INTO was, held FROM hone.trials
      WHERE study = _study AND number = _trial;
    status := CASE WHEN FOUND THEN 'refused' ELSE 'no trial' END;
    RETURN;
  END IF;
)";

/// Changes the trial that the caller holds.
std::string change_held(const char* what) {
  return fmt::format(
      "  UPDATE hone.trials SET {}, changed = line WHERE study = _study AND number = _trial AND state = 'running' "
      "AND token = _token;\n{}",
      what, refuse_if_unchanged);
}

constexpr const char* without_lines = R"(
-- Which start of its trial a line is.
CREATE OR REPLACE FUNCTION hone.starts_until(_study bigint, _line bigint) RETURNS bigint LANGUAGE sql AS $$
  SELECT count(*) FROM hone.journal WHERE study = _study AND revision <= _line
    AND trial = (SELECT trial FROM hone.journal WHERE study = _study AND revision = _line)
    AND kind IN ('asked', 'claimed', 'resumed')
$$;

-- What all trials of a study have cost together.
CREATE OR REPLACE FUNCTION hone.cost_used(_study bigint) RETURNS double precision LANGUAGE sql AS $$
  SELECT coalesce((SELECT value::double precision FROM hone.attributes WHERE study = _study AND key = 'cost_used'), 0)
$$;

CREATE OR REPLACE FUNCTION hone.create_study(_mark bigint, _name text, _kind text, _seed numeric, _max_step bigint,
  _space_hash text, _data_hash text, _study_file text, _directions text[], _metrics text[],
  OUT id bigint, OUT at bigint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  at := (extract(epoch FROM clock_timestamp()) * 1000)::bigint;
  INSERT INTO hone.studies AS s(name, kind, seed, max_step, space_hash, data_hash, created_ms, study_file, mark)
    VALUES (_name, _kind, _seed, _max_step, _space_hash, _data_hash, at, _study_file, _mark)
    ON CONFLICT (name) DO NOTHING RETURNING s.id INTO id;
  IF NOT FOUND THEN
    SELECT s.id, s.created_ms INTO id, at FROM hone.studies AS s WHERE name = _name AND mark = _mark;
    RETURN;
  END IF;
  INSERT INTO hone.heads(study, objectives, updated_ms) VALUES (id, cardinality(_directions), at);
  INSERT INTO hone.objectives SELECT id, position - 1, direction, metric
    FROM unnest(_directions, _metrics) WITH ORDINALITY AS o(direction, metric, position);
END $$;

CREATE OR REPLACE FUNCTION hone.remove_study(_study bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM hone.heads WHERE study = _study FOR UPDATE;
  IF NOT FOUND THEN RETURN false; END IF;
  DELETE FROM hone.journal WHERE study = _study;
  DELETE FROM hone.reports WHERE study = _study;
  DELETE FROM hone.trials WHERE study = _study;
  DELETE FROM hone.studies WHERE id = _study;
  RETURN true;
END $$;

CREATE OR REPLACE FUNCTION hone.set_attribute(_study bigint, _key text, _value text) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM hone.heads WHERE study = _study FOR NO KEY UPDATE;
  IF NOT FOUND THEN RETURN false; END IF;
  INSERT INTO hone.attributes VALUES (_study, _key, _value)
    ON CONFLICT (study, key) DO UPDATE SET value = excluded.value;
  RETURN true;
END $$;

-- The seconds used by the study, or NULL if there is none.
CREATE OR REPLACE FUNCTION hone.beat(_study bigint, _host text, _boot_id text, _process bigint, _process_start bigint,
  _seconds double precision) RETURNS text LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE _now bigint; _last bigint; _used text; _more double precision;
BEGIN
  PERFORM FROM hone.heads WHERE study = _study FOR NO KEY UPDATE;
  IF NOT FOUND THEN RETURN NULL; END IF;
  _now := (extract(epoch FROM clock_timestamp()) * 1000)::bigint;
  SELECT max(seen_ms) INTO _last FROM hone.workers WHERE study = _study;
  SELECT value INTO _used FROM hone.attributes WHERE study = _study AND key = 'seconds_used';
  _more := CASE WHEN _last IS NULL THEN _seconds ELSE least(greatest((_now - _last) / 1e3, 0), _seconds) END;
  _used := coalesce(_used, '0');
  IF _more > 0 THEN
    _used := (_used::double precision + _more)::text;
    INSERT INTO hone.attributes VALUES (_study, 'seconds_used', _used)
      ON CONFLICT (study, key) DO UPDATE SET value = excluded.value;
  END IF;
  INSERT INTO hone.workers AS w VALUES (_study, _host, _boot_id, _process, _process_start, 1, _now, _now, NULL)
    ON CONFLICT (study, host, boot_id, process, process_start)
    DO UPDATE SET beats = w.beats + 1, seen_ms = _now, gone = NULL;
  RETURN _used;
END $$;

CREATE OR REPLACE FUNCTION hone.leave(_study bigint, _host text, _boot_id text, _process bigint,
  _process_start bigint, _gone text) RETURNS boolean LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  PERFORM FROM hone.heads WHERE study = _study FOR NO KEY UPDATE;
  IF NOT FOUND THEN RETURN false; END IF;
  UPDATE hone.workers SET gone = _gone WHERE study = _study AND host = _host AND boot_id = _boot_id
    AND process = _process AND process_start = _process_start AND gone IS NULL;
  RETURN true;
END $$;
)";

}  // namespace

std::string postgres_functions() {
  std::string all = without_lines;
  all += verb("log", "_kind text, _trial bigint, _step bigint, _detail text",
              write_line("_kind", "_step", "_detail", "false"));
  all += verb("create_trial",
              "_trial bigint, _origin text, _arm text, _why text, _attempt bigint, _seen bigint, _until_step bigint, "
              "_options_hash text, _kernel_id text, _point text, _configuration text, _seed numeric, _token text, "
              "_host text, _boot_id text, _process bigint, _process_start bigint, _detail text, _started bigint, "
              "_cost_budget double precision",
              R"(
  IF _head.trials <> _trial THEN
    status := 'not next'; count := _head.trials; RETURN;
  END IF;
  IF _cost_budget IS NOT NULL THEN
    IF _cost_budget * (1 - 1e-9) <= hone.cost_used(_study) THEN  -- is_cost_spent of store_rules.hpp
      status := 'cost'; RETURN;
    END IF;
  END IF;
  count := 1;
  INSERT INTO hone.trials(study, number, state, origin, arm, why, attempt, seen, asked, changed, until_step, started_ms,
                          options_hash, kernel_id, point, configuration, seed, starts, token, host, boot_id, process,
                          process_start)
    VALUES (_study, _trial, 'running', _origin, _arm, _why, _attempt, _seen, line, line, _until_step,
            CASE WHEN _started < 0 THEN at ELSE _started END,
            _options_hash, _kernel_id, _point, _configuration, _seed, 1, _token, _host, _boot_id, _process,
            _process_start);
  INSERT INTO hone.journal VALUES (_study, line, at, 'asked', _trial, true, _until_step, _detail, _mark);
  UPDATE hone.heads SET revision = line, mark = _mark, trials = trials + 1, updated_ms = at WHERE study = _study;
  status := 'ok';
)",
              "", "", R"(
  -- Whoever is late need not queue to hear it.
  SELECT trials INTO count FROM hone.heads WHERE study = _study;
  IF count > _trial THEN
    IF EXISTS (SELECT FROM hone.trials WHERE study = _study AND number = _trial AND token <> _token) THEN
      status := 'not next'; lost := false; RETURN;
    END IF;
  END IF;
)");
  all += verb("claim_trial",
              "_trial bigint, _until_step bigint, _before_attempt text, _after_attempt text, _host text, "
              "_boot_id text, _process bigint, _process_start bigint, _detail text",
              R"(
  SELECT state, starts + 1 INTO was, count FROM hone.trials WHERE study = _study AND number = _trial;
  IF NOT FOUND THEN
    status := 'no trial'; RETURN;
  END IF;
  IF was NOT IN ('waiting', 'paused') THEN
    status := 'refused'; RETURN;
  END IF;
  UPDATE hone.trials SET state = 'running', until_step = _until_step, starts = count, changed = line,
      token = _before_attempt || count || _after_attempt,
      host = _host, boot_id = _boot_id, process = _process, process_start = _process_start
    WHERE study = _study AND number = _trial;
)",
              write_line("CASE was WHEN 'paused' THEN 'resumed' ELSE 'claimed' END", "_until_step", "_detail"));
  all += verb("configure", "_trial bigint, _token text, _configuration text, _detail text",
              change_held("configuration = _configuration"), write_line("'configured'", "0", "_detail"));
  all += verb("report", "_trial bigint, _token text, _step bigint, _measured double precision[], _detail text", R"(
  SELECT state, coalesce(token = _token, false) INTO was, held FROM hone.trials
    WHERE study = _study AND number = _trial;
  IF NOT FOUND THEN
    status := 'no trial'; RETURN;
  END IF;
  IF was <> 'running' OR NOT held THEN
    status := 'refused'; RETURN;
  END IF;
  IF cardinality(_measured) <> _head.objectives THEN
    status := 'values'; count := _head.objectives; RETURN;
  END IF;
  INSERT INTO hone.reports VALUES (_study, _trial, _step, _measured, line)
    ON CONFLICT (study, trial, step) DO UPDATE SET measured = excluded.measured, revision = excluded.revision;
)",
              write_line("'reported'", "_step", "_detail"));
  all += verb("set_cost", "_trial bigint, _token text, _cost double precision, _detail text",
              "  SELECT cost INTO _before FROM hone.trials WHERE study = _study AND number = _trial;\n" +
                  change_held("cost = greatest(cost, _cost)") + R"(
  INSERT INTO hone.attributes VALUES
    (_study, 'cost_used', (hone.cost_used(_study) + greatest(0, _cost - _before))::text)
    ON CONFLICT (study, key) DO UPDATE SET value = excluded.value;
)",
              write_line("'cost'", "0", "_detail"), "_before double precision;");
  all +=
      verb("hand_back", "_trial bigint, _token text, _state text, _kind text, _step bigint, _seconds double precision",
           change_held("state = _state, seconds = seconds + _seconds, token = NULL, host = NULL, boot_id = NULL, "
                       "process = NULL, process_start = NULL"),
           write_line("_kind", "_step", "''"));
  all += verb("tell",
              "_trial bigint, _token text, _state text, _told double precision[], _constraints double precision[], "
              "_reason text, _seconds double precision, _detail text",
              change_held("state = _state, told = _told, constraints = _constraints, reason = _reason, seconds = "
                          "seconds + _seconds, finished = line"),
              write_line("'told'", "0", "_detail"));
  all += verb("prune", "_trial bigint, _reason text",
              fmt::format("  UPDATE hone.trials SET state = 'pruned', reason = _reason, finished = line, changed = "
                          "line WHERE study = _study AND number = _trial AND state IN ('waiting', 'paused');\n{}",
                          refuse_if_unchanged),
              write_line("'pruned'", "0", "_reason"), "_token text;");
  // Part of a reclaim, by whoever has the study's lock.
  all += verb("lose", "_trials bigint[], _owners text[], _fails boolean[], _reasons text[]", R"(
  FOR _i IN 1 .. cardinality(_trials) LOOP
    line := _head.revision + _i;
    UPDATE hone.trials SET state = CASE WHEN _fails[_i] THEN 'failed' ELSE 'waiting' END, reason = _reasons[_i],
        finished = CASE WHEN _fails[_i] THEN line ELSE 0 END, changed = line, losses = losses + 1, token = NULL,
        host = NULL, boot_id = NULL, process = NULL, process_start = NULL
      WHERE study = _study AND number = _trials[_i];
    INSERT INTO hone.journal VALUES (_study, line, at, 'lost', _trials[_i], true, 0, _owners[_i], _mark);
  END LOOP;
  UPDATE hone.heads SET revision = line, mark = _mark, updated_ms = at WHERE study = _study;
  status := 'ok';
)");
  return all;
}

}  // namespace hone
