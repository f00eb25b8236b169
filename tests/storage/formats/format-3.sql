-- Made by the hone of storage format 3: `hone fit`, one study finished, one killed.
PRAGMA application_id=1752133221;
PRAGMA user_version=3;
BEGIN TRANSACTION;
CREATE TABLE attributes(
  study INTEGER NOT NULL REFERENCES studies ON DELETE CASCADE,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY(study, key)
) STRICT, WITHOUT ROWID;
INSERT INTO "attributes" VALUES(1,'final','trial 0
epochs 9
validation 0.9375
test 0.8875
looks 1
trials 4
time_seconds 0
metric.accuracy 0.8875
metric.auc 0.92875
metric.balanced_accuracy 0.8875
metric.f1 0.8888888888888888
metric.log_loss 0.3424555060954051
model m3/model.hone
');
INSERT INTO "attributes" VALUES(1,'options','sampler=auto pruner=asha trials=4');
INSERT INTO "attributes" VALUES(1,'seconds_used','0.2703188630002842');
INSERT INTO "attributes" VALUES(2,'options','sampler=auto pruner=asha trials=5');
CREATE TABLE further_values(        -- of a report: the objectives after the first, whose value the report has itself
  study INTEGER NOT NULL,
  trial INTEGER NOT NULL,
  run INTEGER NOT NULL,
  step INTEGER NOT NULL,
  position INTEGER NOT NULL CHECK(position > 0),
  value REAL,
  special TEXT,
  PRIMARY KEY(study, trial, run, step, position),
  FOREIGN KEY(study, trial, run, step) REFERENCES reports ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE TABLE journal(               -- one row per revision of a study
  study INTEGER NOT NULL REFERENCES studies ON DELETE CASCADE,
  revision INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  kind TEXT NOT NULL,
  trial INTEGER NOT NULL,           -- -1: the study as a whole
  changes INTEGER NOT NULL,         -- 1 if the trial changed, 0 if the line only speaks of it
  step INTEGER NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY(study, revision)
) STRICT, WITHOUT ROWID;
INSERT INTO "journal" VALUES(1,1,1795821351754,'option',-1,0,0,'sampler=auto pruner=asha trials=4');
INSERT INTO "journal" VALUES(1,2,1795821351754,'asked',0,1,1,'default');
INSERT INTO "journal" VALUES(1,3,1795821351759,'reported',0,1,1,'0.84375');
INSERT INTO "journal" VALUES(1,4,1795821351760,'decided',0,0,1,'pause, seen 3');
INSERT INTO "journal" VALUES(1,5,1795821351760,'paused',0,1,1,'');
INSERT INTO "journal" VALUES(1,6,1795821351760,'asked',1,1,1,'qmc');
INSERT INTO "journal" VALUES(1,7,1795821351763,'reported',1,1,1,'0.5');
INSERT INTO "journal" VALUES(1,8,1795821351763,'decided',1,0,1,'pause, seen 7');
INSERT INTO "journal" VALUES(1,9,1795821351763,'paused',1,1,1,'');
INSERT INTO "journal" VALUES(1,10,1795821351763,'asked',2,1,1,'qmc');
INSERT INTO "journal" VALUES(1,11,1795821351764,'reported',2,1,1,'0.421875');
INSERT INTO "journal" VALUES(1,12,1795821351764,'decided',2,0,1,'pause, seen 11');
INSERT INTO "journal" VALUES(1,13,1795821351764,'paused',2,1,1,'');
INSERT INTO "journal" VALUES(1,14,1795821351764,'decided',0,0,3,'resume, seen 13');
INSERT INTO "journal" VALUES(1,15,1795821351764,'resumed',0,1,3,'old-host:24499:537076:00000000-0000-0000-0000-000000000000');
INSERT INTO "journal" VALUES(1,16,1795821351767,'reported',0,1,2,'0.875');
INSERT INTO "journal" VALUES(1,17,1795821351769,'reported',0,1,3,'0.890625');
INSERT INTO "journal" VALUES(1,18,1795821351769,'decided',0,0,3,'pause, seen 17');
INSERT INTO "journal" VALUES(1,19,1795821351769,'paused',0,1,3,'');
INSERT INTO "journal" VALUES(1,20,1795821351769,'asked',3,1,1,'qmc');
INSERT INTO "journal" VALUES(1,21,1795821351775,'reported',3,1,1,'0.875');
INSERT INTO "journal" VALUES(1,22,1795821351778,'reported',3,1,2,'0.90625');
INSERT INTO "journal" VALUES(1,23,1795821351782,'reported',3,1,3,'0.890625');
INSERT INTO "journal" VALUES(1,24,1795821351782,'decided',3,0,3,'pause, seen 23');
INSERT INTO "journal" VALUES(1,25,1795821351782,'paused',3,1,3,'');
INSERT INTO "journal" VALUES(1,26,1795821351782,'decided',0,0,27,'finish, seen 25');
INSERT INTO "journal" VALUES(1,27,1795821351782,'resumed',0,1,27,'old-host:24499:537076:00000000-0000-0000-0000-000000000000');
INSERT INTO "journal" VALUES(1,28,1795821351785,'reported',0,1,4,'0.90625');
INSERT INTO "journal" VALUES(1,29,1795821351787,'reported',0,1,5,'0.921875');
INSERT INTO "journal" VALUES(1,30,1795821351789,'reported',0,1,6,'0.90625');
INSERT INTO "journal" VALUES(1,31,1795821351791,'reported',0,1,7,'0.90625');
INSERT INTO "journal" VALUES(1,32,1795821351793,'reported',0,1,8,'0.921875');
INSERT INTO "journal" VALUES(1,33,1795821351795,'reported',0,1,9,'0.9375');
INSERT INTO "journal" VALUES(1,34,1795821351797,'reported',0,1,10,'0.921875');
INSERT INTO "journal" VALUES(1,35,1795821351799,'reported',0,1,11,'0.921875');
INSERT INTO "journal" VALUES(1,36,1795821351801,'reported',0,1,12,'0.90625');
INSERT INTO "journal" VALUES(1,37,1795821351803,'reported',0,1,13,'0.90625');
INSERT INTO "journal" VALUES(1,38,1795821351805,'reported',0,1,14,'0.9375');
INSERT INTO "journal" VALUES(1,39,1795821351806,'reported',0,1,15,'0.9375');
INSERT INTO "journal" VALUES(1,40,1795821351809,'reported',0,1,16,'0.9375');
INSERT INTO "journal" VALUES(1,41,1795821351811,'reported',0,1,17,'0.9375');
INSERT INTO "journal" VALUES(1,42,1795821351813,'reported',0,1,18,'0.890625');
INSERT INTO "journal" VALUES(1,43,1795821351814,'reported',0,1,19,'0.9375');
INSERT INTO "journal" VALUES(1,44,1795821351816,'reported',0,1,20,'0.9375');
INSERT INTO "journal" VALUES(1,45,1795821351818,'reported',0,1,21,'0.921875');
INSERT INTO "journal" VALUES(1,46,1795821351820,'reported',0,1,22,'0.90625');
INSERT INTO "journal" VALUES(1,47,1795821351822,'reported',0,1,23,'0.890625');
INSERT INTO "journal" VALUES(1,48,1795821351824,'reported',0,1,24,'0.90625');
INSERT INTO "journal" VALUES(1,49,1795821351826,'reported',0,1,25,'0.921875');
INSERT INTO "journal" VALUES(1,50,1795821351828,'reported',0,1,26,'0.921875');
INSERT INTO "journal" VALUES(1,51,1795821351830,'reported',0,1,27,'0.921875');
INSERT INTO "journal" VALUES(1,52,1795821351830,'told',0,1,0,'complete 0.9375');
INSERT INTO "journal" VALUES(1,53,1795821351831,'pruned',1,1,0,'not promoted before the budget was spent');
INSERT INTO "journal" VALUES(1,54,1795821351832,'pruned',2,1,0,'not promoted before the budget was spent');
INSERT INTO "journal" VALUES(1,55,1795821351832,'pruned',3,1,0,'not promoted before the budget was spent');
INSERT INTO "journal" VALUES(1,56,1795821352018,'look',0,0,0,'sealed test accuracy 0.8875');
INSERT INTO "journal" VALUES(2,1,1795821352029,'option',-1,0,0,'sampler=auto pruner=asha trials=5');
INSERT INTO "journal" VALUES(2,2,1795821352029,'asked',0,1,1,'default');
INSERT INTO "journal" VALUES(2,3,1795821352030,'asked',1,1,1,'qmc');
INSERT INTO "journal" VALUES(2,4,1795821352031,'reported',1,1,1,'0.5');
INSERT INTO "journal" VALUES(2,5,1795821352031,'decided',1,0,1,'pause, seen 4');
INSERT INTO "journal" VALUES(2,6,1795821352031,'paused',1,1,1,'');
INSERT INTO "journal" VALUES(2,7,1795821352031,'asked',2,1,1,'qmc');
INSERT INTO "journal" VALUES(2,8,1795821352035,'reported',0,1,1,'0.703125');
INSERT INTO "journal" VALUES(2,9,1795821352035,'decided',0,0,1,'pause, seen 8');
INSERT INTO "journal" VALUES(2,10,1795821352035,'paused',0,1,1,'');
INSERT INTO "journal" VALUES(2,11,1795821352035,'asked',3,1,1,'qmc');
INSERT INTO "journal" VALUES(2,12,1795821352037,'reported',3,1,1,'0.5');
INSERT INTO "journal" VALUES(2,13,1795821352037,'decided',3,0,1,'pause, seen 12');
INSERT INTO "journal" VALUES(2,14,1795821352037,'paused',3,1,1,'');
INSERT INTO "journal" VALUES(2,15,1795821352037,'decided',0,0,3,'resume, seen 14');
INSERT INTO "journal" VALUES(2,16,1795821352037,'resumed',0,1,3,'old-host:24504:537104:00000000-0000-0000-0000-000000000000');
INSERT INTO "journal" VALUES(2,17,1795821352040,'reported',0,1,2,'0.78125');
INSERT INTO "journal" VALUES(2,18,1795821352041,'reported',2,1,1,'0.859375');
INSERT INTO "journal" VALUES(2,19,1795821352042,'reported',0,1,3,'0.875');
INSERT INTO "journal" VALUES(2,20,1795821352042,'decided',0,0,3,'pause, seen 19');
INSERT INTO "journal" VALUES(2,21,1795821352042,'paused',0,1,3,'');
INSERT INTO "journal" VALUES(2,22,1795821352042,'asked',4,1,1,'qmc');
INSERT INTO "journal" VALUES(2,23,1795821352044,'reported',4,1,1,'0.546875');
INSERT INTO "journal" VALUES(2,24,1795821352044,'decided',4,0,1,'pause, seen 23');
INSERT INTO "journal" VALUES(2,25,1795821352044,'paused',4,1,1,'');
INSERT INTO "journal" VALUES(2,26,1795821352045,'reported',2,1,2,'0.859375');
INSERT INTO "journal" VALUES(2,27,1795821352049,'reported',2,1,3,'0.828125');
INSERT INTO "journal" VALUES(2,28,1795821352050,'decided',2,0,3,'pause, seen 27');
INSERT INTO "journal" VALUES(2,29,1795821352050,'decided',0,0,9,'resume, seen 28');
INSERT INTO "journal" VALUES(2,30,1795821352050,'resumed',0,1,9,'old-host:24504:537104:00000000-0000-0000-0000-000000000000');
INSERT INTO "journal" VALUES(2,31,1795821352050,'paused',2,1,3,'');
INSERT INTO "journal" VALUES(2,32,1795821352052,'reported',0,1,4,'0.859375');
INSERT INTO "journal" VALUES(2,33,1795821352054,'reported',0,1,5,'0.859375');
INSERT INTO "journal" VALUES(2,34,1795821352056,'reported',0,1,6,'0.84375');
INSERT INTO "journal" VALUES(2,35,1795821352058,'reported',0,1,7,'0.859375');
INSERT INTO "journal" VALUES(2,36,1795821352060,'reported',0,1,8,'0.859375');
INSERT INTO "journal" VALUES(2,37,1795821352062,'reported',0,1,9,'0.859375');
INSERT INTO "journal" VALUES(2,38,1795821352062,'decided',0,0,9,'pause, seen 37');
INSERT INTO "journal" VALUES(2,39,1795821352062,'paused',0,1,9,'');
INSERT INTO "journal" VALUES(2,40,1795821352062,'decided',0,0,27,'finish, seen 39');
INSERT INTO "journal" VALUES(2,41,1795821352062,'resumed',0,1,27,'old-host:24504:537104:00000000-0000-0000-0000-000000000000');
INSERT INTO "journal" VALUES(2,42,1795821352064,'reported',0,1,10,'0.890625');
INSERT INTO "journal" VALUES(2,43,1795821352066,'reported',0,1,11,'0.90625');
INSERT INTO "journal" VALUES(2,44,1795821352067,'reported',0,1,12,'0.890625');
INSERT INTO "journal" VALUES(2,45,1795821352069,'reported',0,1,13,'0.890625');
INSERT INTO "journal" VALUES(2,46,1795821352071,'reported',0,1,14,'0.890625');
INSERT INTO "journal" VALUES(2,47,1795821352073,'reported',0,1,15,'0.890625');
CREATE TABLE objectives(
  study INTEGER NOT NULL REFERENCES studies ON DELETE CASCADE,
  position INTEGER NOT NULL,
  direction TEXT NOT NULL CHECK(direction IN ('minimize', 'maximize')),
  metric TEXT NOT NULL,
  PRIMARY KEY(study, position)
) STRICT, WITHOUT ROWID;
INSERT INTO "objectives" VALUES(1,0,'maximize','accuracy');
INSERT INTO "objectives" VALUES(2,0,'maximize','accuracy');
CREATE TABLE reports(
  study INTEGER NOT NULL,
  trial INTEGER NOT NULL,
  run INTEGER NOT NULL,
  step INTEGER NOT NULL,
  value REAL,
  special TEXT,
  PRIMARY KEY(study, trial, run, step),
  FOREIGN KEY(study, trial, run) REFERENCES runs ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
INSERT INTO "reports" VALUES(1,0,0,1,0.84375,NULL);
INSERT INTO "reports" VALUES(1,0,0,2,0.875,NULL);
INSERT INTO "reports" VALUES(1,0,0,3,0.890625,NULL);
INSERT INTO "reports" VALUES(1,0,0,4,0.90625,NULL);
INSERT INTO "reports" VALUES(1,0,0,5,0.921875,NULL);
INSERT INTO "reports" VALUES(1,0,0,6,0.90625,NULL);
INSERT INTO "reports" VALUES(1,0,0,7,0.90625,NULL);
INSERT INTO "reports" VALUES(1,0,0,8,0.921875,NULL);
INSERT INTO "reports" VALUES(1,0,0,9,0.9375,NULL);
INSERT INTO "reports" VALUES(1,0,0,10,0.921875,NULL);
INSERT INTO "reports" VALUES(1,0,0,11,0.921875,NULL);
INSERT INTO "reports" VALUES(1,0,0,12,0.90625,NULL);
INSERT INTO "reports" VALUES(1,0,0,13,0.90625,NULL);
INSERT INTO "reports" VALUES(1,0,0,14,0.9375,NULL);
INSERT INTO "reports" VALUES(1,0,0,15,0.9375,NULL);
INSERT INTO "reports" VALUES(1,0,0,16,0.9375,NULL);
INSERT INTO "reports" VALUES(1,0,0,17,0.9375,NULL);
INSERT INTO "reports" VALUES(1,0,0,18,0.890625,NULL);
INSERT INTO "reports" VALUES(1,0,0,19,0.9375,NULL);
INSERT INTO "reports" VALUES(1,0,0,20,0.9375,NULL);
INSERT INTO "reports" VALUES(1,0,0,21,0.921875,NULL);
INSERT INTO "reports" VALUES(1,0,0,22,0.90625,NULL);
INSERT INTO "reports" VALUES(1,0,0,23,0.890625,NULL);
INSERT INTO "reports" VALUES(1,0,0,24,0.90625,NULL);
INSERT INTO "reports" VALUES(1,0,0,25,0.921875,NULL);
INSERT INTO "reports" VALUES(1,0,0,26,0.921875,NULL);
INSERT INTO "reports" VALUES(1,0,0,27,0.921875,NULL);
INSERT INTO "reports" VALUES(1,1,0,1,0.5,NULL);
INSERT INTO "reports" VALUES(1,2,0,1,0.421875,NULL);
INSERT INTO "reports" VALUES(1,3,0,1,0.875,NULL);
INSERT INTO "reports" VALUES(1,3,0,2,0.90625,NULL);
INSERT INTO "reports" VALUES(1,3,0,3,0.890625,NULL);
INSERT INTO "reports" VALUES(2,0,0,1,0.703125,NULL);
INSERT INTO "reports" VALUES(2,0,0,2,0.78125,NULL);
INSERT INTO "reports" VALUES(2,0,0,3,0.875,NULL);
INSERT INTO "reports" VALUES(2,0,0,4,0.859375,NULL);
INSERT INTO "reports" VALUES(2,0,0,5,0.859375,NULL);
INSERT INTO "reports" VALUES(2,0,0,6,0.84375,NULL);
INSERT INTO "reports" VALUES(2,0,0,7,0.859375,NULL);
INSERT INTO "reports" VALUES(2,0,0,8,0.859375,NULL);
INSERT INTO "reports" VALUES(2,0,0,9,0.859375,NULL);
INSERT INTO "reports" VALUES(2,0,0,10,0.890625,NULL);
INSERT INTO "reports" VALUES(2,0,0,11,0.90625,NULL);
INSERT INTO "reports" VALUES(2,0,0,12,0.890625,NULL);
INSERT INTO "reports" VALUES(2,0,0,13,0.890625,NULL);
INSERT INTO "reports" VALUES(2,0,0,14,0.890625,NULL);
INSERT INTO "reports" VALUES(2,0,0,15,0.890625,NULL);
INSERT INTO "reports" VALUES(2,1,0,1,0.5,NULL);
INSERT INTO "reports" VALUES(2,2,0,1,0.859375,NULL);
INSERT INTO "reports" VALUES(2,2,0,2,0.859375,NULL);
INSERT INTO "reports" VALUES(2,2,0,3,0.828125,NULL);
INSERT INTO "reports" VALUES(2,3,0,1,0.5,NULL);
INSERT INTO "reports" VALUES(2,4,0,1,0.546875,NULL);
CREATE TABLE runs(
  study INTEGER NOT NULL,
  trial INTEGER NOT NULL,
  run INTEGER NOT NULL,
  seed TEXT NOT NULL,               -- 64 bits without sign
  attempt INTEGER NOT NULL,         -- how often it was started
  losses INTEGER NOT NULL DEFAULT 0, -- how many of its holders died
  state TEXT NOT NULL,
  token TEXT,                       -- of the present holder, or of the one who told the outcome
  host TEXT,                        -- the holder: host, boot, process, start time of the process
  boot_id TEXT,
  process INTEGER,
  process_start INTEGER,
  told TEXT,                        -- values of a complete run: a JSON array, one number per objective
  PRIMARY KEY(study, trial, run),
  FOREIGN KEY(study, trial) REFERENCES trials ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
INSERT INTO "runs" VALUES(1,0,0,'14472151619141354571',3,0,'complete','old-host:24499:537076:00000000-0000-0000-0000-000000000000#3','old-host','00000000-0000-0000-0000-000000000000',24499,537076,'[0.9375]');
INSERT INTO "runs" VALUES(1,1,0,'5491706619707278945',1,0,'pruned',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "runs" VALUES(1,2,0,'10997785760737986334',1,0,'pruned',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "runs" VALUES(1,3,0,'362482484035114578',1,0,'pruned',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "runs" VALUES(2,0,0,'9883447612127800902',4,0,'running','old-host:24504:537104:00000000-0000-0000-0000-000000000000#4','old-host','00000000-0000-0000-0000-000000000000',24504,537104,NULL);
INSERT INTO "runs" VALUES(2,1,0,'1103268066677051094',1,0,'paused',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "runs" VALUES(2,2,0,'4967665607006272121',1,0,'paused',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "runs" VALUES(2,3,0,'1233857235747261311',1,0,'paused',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "runs" VALUES(2,4,0,'5908738596598354965',1,0,'paused',NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE studies(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  seed TEXT NOT NULL,               -- 64 bits without sign
  max_step INTEGER NOT NULL,
  space_hash TEXT NOT NULL,
  data_hash TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  study_file TEXT NOT NULL
) STRICT;
INSERT INTO "studies" VALUES(1,'finished','fit','3',27,'ee7001fba1510049','c85601c01415dafb',1795821351752,'format = 1

[study]
name = "finished"
direction = "maximize"
metric = "accuracy"
seed = 3

[space]
learning_rate = { type = "float", low = 1e-04, high = 0.03, log = true, default = 0.002 }
layers = { type = "int", low = 1, high = 4, default = 2 }
units = { type = "int", low = 16, high = 512, log = true, default = 256, repeat = "layers" }
activation = { type = "categorical", choices = ["relu", "gelu", "silu", "mish", "selu", "tanh"], default = "relu" }
optimizer = { type = "categorical", choices = ["adamw", "adam", "nesterov", "rmsprop"], default = "adamw" }
momentum = { type = "float", low = 0.7, high = 0.98, default = 0.9, when = "optimizer == ''nesterov''" }
batch = { type = "ordinal", choices = [32], default = 32 }
dropout = { type = "float", low = 0.0, high = 0.5, default = 0.1 }
weight_decay = { type = "float", low = 1e-06, high = 0.1, log = true, default = 0.001 }
schedule = { type = "categorical", choices = ["one_cycle", "cosine", "step", "constant"], default = "one_cycle" }
data_start = { type = "bool", default = true }
front_scale = { type = "ordinal", choices = [0.0, 20.0, 96.0], default = 20.0 }
parametric_activation = { type = "ordinal", choices = [0.0, 1.6], default = 0.0 }
norm = { type = "categorical", choices = ["none", "batch"], default = "none" }
label_smoothing = { type = "float", low = 0.0, high = 0.2, default = 0.0 }

[data]
path = "/data/old.csv"
target = "y"
task = "classification"

[fit]
metric = "accuracy"
max_step = 27
');
INSERT INTO "studies" VALUES(2,'killed','fit','4',27,'ee7001fba1510049','d2c317b1ac913138',1795821352028,'format = 1

[study]
name = "killed"
direction = "maximize"
metric = "accuracy"
seed = 4

[space]
learning_rate = { type = "float", low = 1e-04, high = 0.03, log = true, default = 0.002 }
layers = { type = "int", low = 1, high = 4, default = 2 }
units = { type = "int", low = 16, high = 512, log = true, default = 256, repeat = "layers" }
activation = { type = "categorical", choices = ["relu", "gelu", "silu", "mish", "selu", "tanh"], default = "relu" }
optimizer = { type = "categorical", choices = ["adamw", "adam", "nesterov", "rmsprop"], default = "adamw" }
momentum = { type = "float", low = 0.7, high = 0.98, default = 0.9, when = "optimizer == ''nesterov''" }
batch = { type = "ordinal", choices = [32], default = 32 }
dropout = { type = "float", low = 0.0, high = 0.5, default = 0.1 }
weight_decay = { type = "float", low = 1e-06, high = 0.1, log = true, default = 0.001 }
schedule = { type = "categorical", choices = ["one_cycle", "cosine", "step", "constant"], default = "one_cycle" }
data_start = { type = "bool", default = true }
front_scale = { type = "ordinal", choices = [0.0, 20.0, 96.0], default = 20.0 }
parametric_activation = { type = "ordinal", choices = [0.0, 1.6], default = 0.0 }
norm = { type = "categorical", choices = ["none", "batch"], default = "none" }
label_smoothing = { type = "float", low = 0.0, high = 0.2, default = 0.0 }

[data]
path = "/data/old.csv"
target = "y"
task = "classification"

[fit]
metric = "accuracy"
max_step = 27
');
CREATE TABLE trial_constraints(
  study INTEGER NOT NULL,
  trial INTEGER NOT NULL,
  position INTEGER NOT NULL,
  value REAL,
  special TEXT,
  PRIMARY KEY(study, trial, position),
  FOREIGN KEY(study, trial) REFERENCES trials ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE TABLE trials(
  study INTEGER NOT NULL REFERENCES studies ON DELETE CASCADE,
  number INTEGER NOT NULL,
  state TEXT NOT NULL CHECK(state = 'waiting' OR state = 'running' OR state = 'paused' OR state = 'complete' OR
                            state = 'pruned' OR state = 'failed'),
  origin TEXT NOT NULL,
  arm TEXT NOT NULL,
  why TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  seen INTEGER NOT NULL,
  asked INTEGER NOT NULL,
  finished INTEGER NOT NULL DEFAULT 0,
  until_step INTEGER NOT NULL,
  started_ms INTEGER NOT NULL,
  seconds REAL NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '',
  options_hash TEXT NOT NULL,
  kernel_id TEXT NOT NULL,
  point TEXT NOT NULL,              -- unit coordinates of all axes; inactive ones are 0.5
  configuration TEXT NOT NULL,      -- a JSON object; inactive parameters are absent
  PRIMARY KEY(study, number),
  CHECK((finished > 0) = (state = 'complete' OR state = 'pruned' OR state = 'failed'))
) STRICT, WITHOUT ROWID;
INSERT INTO "trials" VALUES(1,0,'complete','default','default','the default configuration',0,1,2,52,27,1795821351754,0.0583286440005395,'','93361ce9fc17fa49','0.1.0 avx512','0.5252185346943057 0.375 0.8015918060491649 0.8015918060491649 0.5 0.5 0.08333333333333333 0.125 0.5 0.5 0.2 0.6 0.125 0.75 0.5 0.25 0.25 0','{"learning_rate":0.002,"layers":2,"units.1":256,"units.2":256,"activation":"relu","optimizer":"adamw","batch":32,"dropout":0.1,"weight_decay":0.001,"schedule":"one_cycle","data_start":true,"front_scale":20.0,"parametric_activation":0.0,"norm":"none","label_smoothing":0.0}');
INSERT INTO "trials" VALUES(1,1,'pruned','sampler','qmc','Sobol point 1 of 8',0,5,6,53,1,1795821351760,3.26238599973294185474e-03,'not promoted before the budget was spent','93361ce9fc17fa49','0.1.0 avx512','0.9898652118863538 0.625 0.7380874579336745 0.544110980649884 0.6506975542963638 0.5 0.75 0.125 0.5 0.5 0.5399461638880894 0.28809856239240617 0.125 0.25 0.8333333333333334 0.25 0.75 0.6325688579818234','{"learning_rate":0.0283149732499662,"layers":3,"units.1":205,"units.2":104,"units.3":151,"activation":"selu","optimizer":"adamw","batch":32,"dropout":0.269973081944045,"weight_decay":2.75735581478213e-05,"schedule":"one_cycle","data_start":false,"front_scale":96.0,"parametric_activation":0.0,"norm":"batch","label_smoothing":0.126513771596365}');
INSERT INTO "trials" VALUES(1,2,'pruned','sampler','qmc','Sobol point 2 of 8',0,9,10,54,1,1795821351763,4.92208999276044778525e-04,'not promoted before the budget was spent','93361ce9fc17fa49','0.1.0 avx512','0.2453527640318498 0.375 0.29823105168624864 0.45819162806229197 0.5 0.5 0.08333333333333333 0.625 0.10520826035644859 0.5 0.45350136735942215 0.9547362859593704 0.625 0.75 0.16666666666666666 0.75 0.25 0.32874491380061954','{"learning_rate":0.000405292480922728,"layers":2,"units.1":44,"units.2":77,"activation":"relu","optimizer":"nesterov","momentum":0.729458312899806,"batch":32,"dropout":0.226750683679711,"weight_decay":0.0593856384363876,"schedule":"step","data_start":true,"front_scale":0.0,"parametric_activation":1.6,"norm":"none","label_smoothing":0.0657489827601239}');
INSERT INTO "trials" VALUES(1,3,'pruned','sampler','qmc','Sobol point 3 of 8',0,19,20,55,1,1795821351769,1.30672800005413591861e-02,'not promoted before the budget was spent','93361ce9fc17fa49','0.1.0 avx512','0.4014904029900208 0.875 0.9403693597240383 0.7734536957149286 0.1586402968961729 0.6777688750893004 0.75 0.875 0.5 0.5 0.0832099545514211 0.5748648330336437 0.375 0.25 0.5 0.25 0.25 0.9219960226910189','{"learning_rate":0.000987507518389447,"layers":4,"units.1":416,"units.2":232,"units.3":27,"units.4":166,"activation":"selu","optimizer":"rmsprop","batch":32,"dropout":0.0416049772757106,"weight_decay":0.00074872815607592,"schedule":"cosine","data_start":false,"front_scale":20.0,"parametric_activation":0.0,"norm":"none","label_smoothing":0.184399204538204}');
INSERT INTO "trials" VALUES(2,0,'running','default','default','the default configuration',0,1,2,0,27,1795821352029,2.19281060008142958395e-02,'','565489fa4cb5d0a7','0.1.0 avx512','0.5252185346943057 0.375 0.8015918060491649 0.8015918060491649 0.5 0.5 0.08333333333333333 0.125 0.5 0.5 0.2 0.6 0.125 0.75 0.5 0.25 0.25 0','{"learning_rate":0.002,"layers":2,"units.1":256,"units.2":256,"activation":"relu","optimizer":"adamw","batch":32,"dropout":0.1,"weight_decay":0.001,"schedule":"one_cycle","data_start":true,"front_scale":20.0,"parametric_activation":0.0,"norm":"none","label_smoothing":0.0}');
INSERT INTO "trials" VALUES(2,1,'paused','sampler','qmc','Sobol point 1 of 8',0,2,3,0,1,1795821352030,1.32525499975599814206e-03,'','565489fa4cb5d0a7','0.1.0 avx512','0.3667237883200869 0.125 0.728156533578255 0.5 0.5 0.5 0.5833333333333334 0.375 0.5 0.5 0.7218365439912304 0.32140263298060745 0.875 0.75 0.5 0.25 0.25 0.18995233706664294','{"learning_rate":0.000809877419972972,"layers":1,"units.1":198,"activation":"mish","optimizer":"adam","batch":32,"dropout":0.360918271995615,"weight_decay":4.04588155917541e-05,"schedule":"constant","data_start":true,"front_scale":20.0,"parametric_activation":0.0,"norm":"none","label_smoothing":0.0379904674133286}');
INSERT INTO "trials" VALUES(2,2,'paused','sampler','qmc','Sobol point 2 of 8',0,6,7,0,1,1795821352031,1.87816219995511346496e-02,'','565489fa4cb5d0a7','0.1.0 avx512','0.9030544509878382 0.625 0.29823105168624864 0.8662670157737106 0.8590530051424022 0.5 0.4166666666666667 0.875 0.5 0.5 0.28799239767249674 0.9167429689550772 0.125 0.25 0.5 0.75 0.75 0.5784845653688535','{"learning_rate":0.0172574003660989,"layers":3,"units.1":44,"units.2":321,"units.3":313,"activation":"silu","optimizer":"rmsprop","batch":32,"dropout":0.143996198836248,"weight_decay":0.0383455388245186,"schedule":"one_cycle","data_start":false,"front_scale":20.0,"parametric_activation":1.6,"norm":"batch","label_smoothing":0.115696913073771}');
INSERT INTO "trials" VALUES(2,3,'paused','sampler','qmc','Sobol point 3 of 8',0,10,11,0,1,1795821352035,1.79376899995986605063e-03,'','565489fa4cb5d0a7','0.1.0 avx512','0.5244404656114057 0.375 0.9621897071021722 0.009075047900856247 0.5 0.5 0.9166666666666666 0.625 0.216535359271802 0.5 0.21621991379652172 0.5427387902745977 0.625 0.75 0.16666666666666666 0.25 0.75 0.4080951266223565','{"learning_rate":0.00199114379258162,"layers":2,"units.1":449,"units.2":16,"activation":"tanh","optimizer":"nesterov","momentum":0.760629900596105,"batch":32,"dropout":0.108109956898261,"weight_decay":0.000517242201353246,"schedule":"step","data_start":true,"front_scale":0.0,"parametric_activation":0.0,"norm":"batch","label_smoothing":0.0816190253244713}');
INSERT INTO "trials" VALUES(2,4,'paused','sampler','qmc','Sobol point 4 of 8',0,21,22,0,1,1795821352042,2.43071299973962595686e-03,'','565489fa4cb5d0a7','0.1.0 avx512','0.14538618724327534 0.875 0.20720423743793345 0.6506975542963638 0.009075047900856247 0.9917962108038421 0.08333333333333333 0.125 0.5 0.5 0.9533825289690867 0.15925519482698292 0.375 0.25 0.8333333333333334 0.75 0.25 0.8579468921525404','{"learning_rate":0.000229160211584212,"layers":4,"units.1":32,"units.2":151,"units.3":16,"units.4":498,"activation":"relu","optimizer":"adamw","batch":32,"dropout":0.476691264484543,"weight_decay":6.25570087469318e-06,"schedule":"cosine","data_start":false,"front_scale":96.0,"parametric_activation":1.6,"norm":"none","label_smoothing":0.171589378430508}');
CREATE VIEW report_values AS        -- of every objective
  SELECT study, trial, run, step, 0 AS position, value, special FROM reports
  UNION ALL SELECT study, trial, run, step, position, value, special FROM further_values;
CREATE VIEW parameters AS           -- text of a value as it stands in the JSON, strings bare
  SELECT trials.study, trials.number AS trial,
         row_number() OVER (PARTITION BY trials.study, trials.number ORDER BY entry.id) - 1 AS position,
         entry.key AS name,
         CASE entry.type WHEN 'integer' THEN 'int' WHEN 'real' THEN 'float' WHEN 'text' THEN 'string'
                         WHEN 'null' THEN 'null' ELSE 'bool' END AS type,
         CAST(CASE entry.type WHEN 'text' THEN entry.value ELSE trials.configuration -> entry.fullkey END
              AS TEXT) AS value
  FROM trials JOIN json_each(trials.configuration) AS entry;
CREATE VIEW run_values AS
  SELECT runs.study, runs.trial, runs.run, entry.key AS position, CAST(entry.value AS REAL) AS value,
         CASE WHEN runs.told -> entry.fullkey = '-0.0' THEN '-0' END AS special
  FROM runs JOIN json_each(runs.told) AS entry;
CREATE VIEW results AS              -- the value of a trial is the mean over its complete runs
  SELECT studies.name AS study, trials.number AS trial, trials.state, trials.arm, trials.seconds, trials.reason,
         objectives.metric, objectives.direction,
         avg(json_extract(runs.told, '$[' || objectives.position || ']')) AS value
  FROM trials JOIN studies ON studies.id = trials.study JOIN objectives ON objectives.study = trials.study
  LEFT JOIN runs ON runs.study = trials.study AND runs.trial = trials.number AND runs.state = 'complete'
  GROUP BY trials.study, trials.number, objectives.position;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('studies',2);
COMMIT;
