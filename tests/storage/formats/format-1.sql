-- Made by the hone of storage format 1: `hone fit`, one study finished, one killed.
PRAGMA application_id=1752133221;
PRAGMA user_version=1;
BEGIN TRANSACTION;
CREATE TABLE attributes(
  study INTEGER NOT NULL REFERENCES studies ON DELETE CASCADE,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY(study, key)
) STRICT, WITHOUT ROWID;
INSERT INTO "attributes" VALUES(1,'final','trial 0
epochs 7
validation 0.921875
test 0.8625
looks 1
trials 4
time_seconds 0
metric.accuracy 0.8625
metric.auc 0.924375
metric.balanced_accuracy 0.8625
metric.f1 0.8571428571428571
metric.log_loss 0.36183766991938987
model m1/model.hone
');
INSERT INTO "attributes" VALUES(1,'options','sampler=auto pruner=asha trials=4');
INSERT INTO "attributes" VALUES(1,'seconds_used','0.19735701599984168');
INSERT INTO "attributes" VALUES(2,'options','sampler=auto pruner=asha trials=5');
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
INSERT INTO "journal" VALUES(1,1,1795821138023,'option',-1,0,0,'sampler=auto pruner=asha trials=4');
INSERT INTO "journal" VALUES(1,2,1795821138024,'asked',0,1,1,'default');
INSERT INTO "journal" VALUES(1,3,1795821138033,'reported',0,1,1,'');
INSERT INTO "journal" VALUES(1,4,1795821138040,'paused',0,1,1,'');
INSERT INTO "journal" VALUES(1,5,1795821138041,'asked',1,1,1,'qmc');
INSERT INTO "journal" VALUES(1,6,1795821138044,'reported',1,1,1,'');
INSERT INTO "journal" VALUES(1,7,1795821138048,'paused',1,1,1,'');
INSERT INTO "journal" VALUES(1,8,1795821138048,'asked',2,1,1,'qmc');
INSERT INTO "journal" VALUES(1,9,1795821138049,'reported',2,1,1,'');
INSERT INTO "journal" VALUES(1,10,1795821138049,'paused',2,1,1,'');
INSERT INTO "journal" VALUES(1,11,1795821138049,'resumed',0,1,3,'old-host:22002:515702:00000000-0000-0000-0000-000000000000');
INSERT INTO "journal" VALUES(1,12,1795821138060,'reported',0,1,2,'');
INSERT INTO "journal" VALUES(1,13,1795821138064,'reported',0,1,3,'');
INSERT INTO "journal" VALUES(1,14,1795821138069,'paused',0,1,3,'');
INSERT INTO "journal" VALUES(1,15,1795821138069,'asked',3,1,1,'qmc');
INSERT INTO "journal" VALUES(1,16,1795821138077,'reported',3,1,1,'');
INSERT INTO "journal" VALUES(1,17,1795821138084,'reported',3,1,2,'');
INSERT INTO "journal" VALUES(1,18,1795821138092,'reported',3,1,3,'');
INSERT INTO "journal" VALUES(1,19,1795821138094,'paused',3,1,3,'');
INSERT INTO "journal" VALUES(1,20,1795821138094,'resumed',0,1,27,'old-host:22002:515702:00000000-0000-0000-0000-000000000000');
INSERT INTO "journal" VALUES(1,21,1795821138101,'reported',0,1,4,'');
INSERT INTO "journal" VALUES(1,22,1795821138103,'reported',0,1,5,'');
INSERT INTO "journal" VALUES(1,23,1795821138109,'reported',0,1,6,'');
INSERT INTO "journal" VALUES(1,24,1795821138111,'reported',0,1,7,'');
INSERT INTO "journal" VALUES(1,25,1795821138116,'reported',0,1,8,'');
INSERT INTO "journal" VALUES(1,26,1795821138118,'reported',0,1,9,'');
INSERT INTO "journal" VALUES(1,27,1795821138120,'reported',0,1,10,'');
INSERT INTO "journal" VALUES(1,28,1795821138125,'reported',0,1,11,'');
INSERT INTO "journal" VALUES(1,29,1795821138132,'reported',0,1,12,'');
INSERT INTO "journal" VALUES(1,30,1795821138134,'reported',0,1,13,'');
INSERT INTO "journal" VALUES(1,31,1795821138136,'reported',0,1,14,'');
INSERT INTO "journal" VALUES(1,32,1795821138138,'reported',0,1,15,'');
INSERT INTO "journal" VALUES(1,33,1795821138140,'reported',0,1,16,'');
INSERT INTO "journal" VALUES(1,34,1795821138141,'reported',0,1,17,'');
INSERT INTO "journal" VALUES(1,35,1795821138143,'reported',0,1,18,'');
INSERT INTO "journal" VALUES(1,36,1795821138145,'reported',0,1,19,'');
INSERT INTO "journal" VALUES(1,37,1795821138147,'reported',0,1,20,'');
INSERT INTO "journal" VALUES(1,38,1795821138148,'reported',0,1,21,'');
INSERT INTO "journal" VALUES(1,39,1795821138150,'reported',0,1,22,'');
INSERT INTO "journal" VALUES(1,40,1795821138152,'reported',0,1,23,'');
INSERT INTO "journal" VALUES(1,41,1795821138154,'reported',0,1,24,'');
INSERT INTO "journal" VALUES(1,42,1795821138155,'reported',0,1,25,'');
INSERT INTO "journal" VALUES(1,43,1795821138157,'reported',0,1,26,'');
INSERT INTO "journal" VALUES(1,44,1795821138159,'reported',0,1,27,'');
INSERT INTO "journal" VALUES(1,45,1795821138159,'told',0,1,0,'complete');
INSERT INTO "journal" VALUES(1,46,1795821138165,'pruned',1,1,0,'not promoted before the budget was spent');
INSERT INTO "journal" VALUES(1,47,1795821138165,'pruned',2,1,0,'not promoted before the budget was spent');
INSERT INTO "journal" VALUES(1,48,1795821138166,'pruned',3,1,0,'not promoted before the budget was spent');
INSERT INTO "journal" VALUES(1,49,1795821138208,'look',0,0,0,'sealed test accuracy 0.8625');
INSERT INTO "journal" VALUES(2,1,1795821138231,'option',-1,0,0,'sampler=auto pruner=asha trials=5');
INSERT INTO "journal" VALUES(2,2,1795821138231,'asked',0,1,1,'default');
INSERT INTO "journal" VALUES(2,3,1795821138232,'asked',1,1,1,'qmc');
INSERT INTO "journal" VALUES(2,4,1795821138233,'reported',1,1,1,'');
INSERT INTO "journal" VALUES(2,5,1795821138236,'paused',1,1,1,'');
INSERT INTO "journal" VALUES(2,6,1795821138236,'asked',2,1,1,'qmc');
INSERT INTO "journal" VALUES(2,7,1795821138239,'reported',0,1,1,'');
INSERT INTO "journal" VALUES(2,8,1795821138246,'paused',0,1,1,'');
INSERT INTO "journal" VALUES(2,9,1795821138246,'asked',3,1,1,'qmc');
INSERT INTO "journal" VALUES(2,10,1795821138248,'reported',3,1,1,'');
INSERT INTO "journal" VALUES(2,11,1795821138248,'reported',2,1,1,'');
INSERT INTO "journal" VALUES(2,12,1795821138253,'paused',3,1,1,'');
INSERT INTO "journal" VALUES(2,13,1795821138253,'resumed',0,1,3,'old-host:22007:515723:00000000-0000-0000-0000-000000000000');
INSERT INTO "journal" VALUES(2,14,1795821138257,'paused',2,1,1,'');
INSERT INTO "journal" VALUES(2,15,1795821138257,'resumed',2,1,3,'old-host:22007:515723:00000000-0000-0000-0000-000000000000');
INSERT INTO "journal" VALUES(2,16,1795821138262,'reported',0,1,2,'');
INSERT INTO "journal" VALUES(2,17,1795821138264,'reported',0,1,3,'');
INSERT INTO "journal" VALUES(2,18,1795821138266,'paused',0,1,3,'');
CREATE TABLE objectives(
  study INTEGER NOT NULL REFERENCES studies ON DELETE CASCADE,
  position INTEGER NOT NULL,
  direction TEXT NOT NULL CHECK(direction IN ('minimize', 'maximize')),
  metric TEXT NOT NULL,
  PRIMARY KEY(study, position)
) STRICT, WITHOUT ROWID;
INSERT INTO "objectives" VALUES(1,0,'maximize','accuracy');
INSERT INTO "objectives" VALUES(2,0,'maximize','accuracy');
CREATE TABLE parameters(            -- the configuration; inactive parameters are absent
  study INTEGER NOT NULL,
  trial INTEGER NOT NULL,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY(study, trial, position),
  FOREIGN KEY(study, trial) REFERENCES trials ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
INSERT INTO "parameters" VALUES(1,0,0,'learning_rate','float','0.002');
INSERT INTO "parameters" VALUES(1,0,1,'layers','int','2');
INSERT INTO "parameters" VALUES(1,0,2,'units.1','int','256');
INSERT INTO "parameters" VALUES(1,0,3,'units.2','int','256');
INSERT INTO "parameters" VALUES(1,0,4,'activation','string','relu');
INSERT INTO "parameters" VALUES(1,0,5,'optimizer','string','adamw');
INSERT INTO "parameters" VALUES(1,0,6,'batch','int','32');
INSERT INTO "parameters" VALUES(1,0,7,'dropout','float','0.1');
INSERT INTO "parameters" VALUES(1,0,8,'weight_decay','float','0.001');
INSERT INTO "parameters" VALUES(1,0,9,'schedule','string','one_cycle');
INSERT INTO "parameters" VALUES(1,0,10,'batch_norm','bool','false');
INSERT INTO "parameters" VALUES(1,0,11,'label_smoothing','float','0');
INSERT INTO "parameters" VALUES(1,1,0,'learning_rate','float','0.0283149732499662');
INSERT INTO "parameters" VALUES(1,1,1,'layers','int','3');
INSERT INTO "parameters" VALUES(1,1,2,'units.1','int','205');
INSERT INTO "parameters" VALUES(1,1,3,'units.2','int','104');
INSERT INTO "parameters" VALUES(1,1,4,'units.3','int','151');
INSERT INTO "parameters" VALUES(1,1,5,'activation','string','selu');
INSERT INTO "parameters" VALUES(1,1,6,'optimizer','string','adamw');
INSERT INTO "parameters" VALUES(1,1,7,'batch','int','32');
INSERT INTO "parameters" VALUES(1,1,8,'dropout','float','0.269973081944045');
INSERT INTO "parameters" VALUES(1,1,9,'weight_decay','float','2.75735581478213e-05');
INSERT INTO "parameters" VALUES(1,1,10,'schedule','string','one_cycle');
INSERT INTO "parameters" VALUES(1,1,11,'batch_norm','bool','false');
INSERT INTO "parameters" VALUES(1,1,12,'label_smoothing','float','0.176811468903907');
INSERT INTO "parameters" VALUES(1,2,0,'learning_rate','float','0.000405292480922728');
INSERT INTO "parameters" VALUES(1,2,1,'layers','int','2');
INSERT INTO "parameters" VALUES(1,2,2,'units.1','int','44');
INSERT INTO "parameters" VALUES(1,2,3,'units.2','int','77');
INSERT INTO "parameters" VALUES(1,2,4,'activation','string','relu');
INSERT INTO "parameters" VALUES(1,2,5,'optimizer','string','nesterov');
INSERT INTO "parameters" VALUES(1,2,6,'momentum','float','0.729458312899806');
INSERT INTO "parameters" VALUES(1,2,7,'batch','int','32');
INSERT INTO "parameters" VALUES(1,2,8,'dropout','float','0.226750683679711');
INSERT INTO "parameters" VALUES(1,2,9,'weight_decay','float','0.0593856384363876');
INSERT INTO "parameters" VALUES(1,2,10,'schedule','string','step');
INSERT INTO "parameters" VALUES(1,2,11,'batch_norm','bool','true');
INSERT INTO "parameters" VALUES(1,2,12,'label_smoothing','float','0.0263650977285579');
INSERT INTO "parameters" VALUES(1,3,0,'learning_rate','float','0.000987507518389447');
INSERT INTO "parameters" VALUES(1,3,1,'layers','int','4');
INSERT INTO "parameters" VALUES(1,3,2,'units.1','int','416');
INSERT INTO "parameters" VALUES(1,3,3,'units.2','int','232');
INSERT INTO "parameters" VALUES(1,3,4,'units.3','int','27');
INSERT INTO "parameters" VALUES(1,3,5,'units.4','int','166');
INSERT INTO "parameters" VALUES(1,3,6,'activation','string','selu');
INSERT INTO "parameters" VALUES(1,3,7,'optimizer','string','rmsprop');
INSERT INTO "parameters" VALUES(1,3,8,'batch','int','32');
INSERT INTO "parameters" VALUES(1,3,9,'dropout','float','0.0416049772757106');
INSERT INTO "parameters" VALUES(1,3,10,'weight_decay','float','0.00074872815607592');
INSERT INTO "parameters" VALUES(1,3,11,'schedule','string','cosine');
INSERT INTO "parameters" VALUES(1,3,12,'batch_norm','bool','false');
INSERT INTO "parameters" VALUES(1,3,13,'label_smoothing','float','0.0995613514678553');
INSERT INTO "parameters" VALUES(2,0,0,'learning_rate','float','0.002');
INSERT INTO "parameters" VALUES(2,0,1,'layers','int','2');
INSERT INTO "parameters" VALUES(2,0,2,'units.1','int','256');
INSERT INTO "parameters" VALUES(2,0,3,'units.2','int','256');
INSERT INTO "parameters" VALUES(2,0,4,'activation','string','relu');
INSERT INTO "parameters" VALUES(2,0,5,'optimizer','string','adamw');
INSERT INTO "parameters" VALUES(2,0,6,'batch','int','32');
INSERT INTO "parameters" VALUES(2,0,7,'dropout','float','0.1');
INSERT INTO "parameters" VALUES(2,0,8,'weight_decay','float','0.001');
INSERT INTO "parameters" VALUES(2,0,9,'schedule','string','one_cycle');
INSERT INTO "parameters" VALUES(2,0,10,'batch_norm','bool','false');
INSERT INTO "parameters" VALUES(2,0,11,'label_smoothing','float','0');
INSERT INTO "parameters" VALUES(2,1,0,'learning_rate','float','0.000809877419972972');
INSERT INTO "parameters" VALUES(2,1,1,'layers','int','1');
INSERT INTO "parameters" VALUES(2,1,2,'units.1','int','198');
INSERT INTO "parameters" VALUES(2,1,3,'activation','string','mish');
INSERT INTO "parameters" VALUES(2,1,4,'optimizer','string','adam');
INSERT INTO "parameters" VALUES(2,1,5,'batch','int','32');
INSERT INTO "parameters" VALUES(2,1,6,'dropout','float','0.360918271995615');
INSERT INTO "parameters" VALUES(2,1,7,'weight_decay','float','4.04588155917541e-05');
INSERT INTO "parameters" VALUES(2,1,8,'schedule','string','constant');
INSERT INTO "parameters" VALUES(2,1,9,'batch_norm','bool','true');
INSERT INTO "parameters" VALUES(2,1,10,'label_smoothing','float','0.105531191336922');
INSERT INTO "parameters" VALUES(2,2,0,'learning_rate','float','0.0172574003660989');
INSERT INTO "parameters" VALUES(2,2,1,'layers','int','3');
INSERT INTO "parameters" VALUES(2,2,2,'units.1','int','44');
INSERT INTO "parameters" VALUES(2,2,3,'units.2','int','321');
INSERT INTO "parameters" VALUES(2,2,4,'units.3','int','313');
INSERT INTO "parameters" VALUES(2,2,5,'activation','string','silu');
INSERT INTO "parameters" VALUES(2,2,6,'optimizer','string','rmsprop');
INSERT INTO "parameters" VALUES(2,2,7,'batch','int','32');
INSERT INTO "parameters" VALUES(2,2,8,'dropout','float','0.143996198836248');
INSERT INTO "parameters" VALUES(2,2,9,'weight_decay','float','0.0383455388245186');
INSERT INTO "parameters" VALUES(2,2,10,'schedule','string','one_cycle');
INSERT INTO "parameters" VALUES(2,2,11,'batch_norm','bool','false');
INSERT INTO "parameters" VALUES(2,2,12,'label_smoothing','float','0.0959684691624716');
INSERT INTO "parameters" VALUES(2,3,0,'learning_rate','float','0.00199114379258162');
INSERT INTO "parameters" VALUES(2,3,1,'layers','int','2');
INSERT INTO "parameters" VALUES(2,3,2,'units.1','int','449');
INSERT INTO "parameters" VALUES(2,3,3,'units.2','int','16');
INSERT INTO "parameters" VALUES(2,3,4,'activation','string','tanh');
INSERT INTO "parameters" VALUES(2,3,5,'optimizer','string','nesterov');
INSERT INTO "parameters" VALUES(2,3,6,'momentum','float','0.760629900596105');
INSERT INTO "parameters" VALUES(2,3,7,'batch','int','32');
INSERT INTO "parameters" VALUES(2,3,8,'dropout','float','0.108109956898261');
INSERT INTO "parameters" VALUES(2,3,9,'weight_decay','float','0.000517242201353246');
INSERT INTO "parameters" VALUES(2,3,10,'schedule','string','step');
INSERT INTO "parameters" VALUES(2,3,11,'batch_norm','bool','true');
INSERT INTO "parameters" VALUES(2,3,12,'label_smoothing','float','0.0213510677916929');
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
INSERT INTO "reports" VALUES(1,0,0,1,0.796875,NULL);
INSERT INTO "reports" VALUES(1,0,0,2,0.890625,NULL);
INSERT INTO "reports" VALUES(1,0,0,3,0.890625,NULL);
INSERT INTO "reports" VALUES(1,0,0,4,0.890625,NULL);
INSERT INTO "reports" VALUES(1,0,0,5,0.90625,NULL);
INSERT INTO "reports" VALUES(1,0,0,6,0.890625,NULL);
INSERT INTO "reports" VALUES(1,0,0,7,0.921875,NULL);
INSERT INTO "reports" VALUES(1,0,0,8,0.921875,NULL);
INSERT INTO "reports" VALUES(1,0,0,9,0.921875,NULL);
INSERT INTO "reports" VALUES(1,0,0,10,0.90625,NULL);
INSERT INTO "reports" VALUES(1,0,0,11,0.90625,NULL);
INSERT INTO "reports" VALUES(1,0,0,12,0.890625,NULL);
INSERT INTO "reports" VALUES(1,0,0,13,0.90625,NULL);
INSERT INTO "reports" VALUES(1,0,0,14,0.90625,NULL);
INSERT INTO "reports" VALUES(1,0,0,15,0.890625,NULL);
INSERT INTO "reports" VALUES(1,0,0,16,0.90625,NULL);
INSERT INTO "reports" VALUES(1,0,0,17,0.921875,NULL);
INSERT INTO "reports" VALUES(1,0,0,18,0.875,NULL);
INSERT INTO "reports" VALUES(1,0,0,19,0.921875,NULL);
INSERT INTO "reports" VALUES(1,0,0,20,0.90625,NULL);
INSERT INTO "reports" VALUES(1,0,0,21,0.890625,NULL);
INSERT INTO "reports" VALUES(1,0,0,22,0.875,NULL);
INSERT INTO "reports" VALUES(1,0,0,23,0.90625,NULL);
INSERT INTO "reports" VALUES(1,0,0,24,0.90625,NULL);
INSERT INTO "reports" VALUES(1,0,0,25,0.921875,NULL);
INSERT INTO "reports" VALUES(1,0,0,26,0.921875,NULL);
INSERT INTO "reports" VALUES(1,0,0,27,0.921875,NULL);
INSERT INTO "reports" VALUES(1,1,0,1,0.65625,NULL);
INSERT INTO "reports" VALUES(1,2,0,1,0.453125,NULL);
INSERT INTO "reports" VALUES(1,3,0,1,0.859375,NULL);
INSERT INTO "reports" VALUES(1,3,0,2,0.859375,NULL);
INSERT INTO "reports" VALUES(1,3,0,3,0.796875,NULL);
INSERT INTO "reports" VALUES(2,0,0,1,0.78125,NULL);
INSERT INTO "reports" VALUES(2,0,0,2,0.828125,NULL);
INSERT INTO "reports" VALUES(2,0,0,3,0.875,NULL);
INSERT INTO "reports" VALUES(2,1,0,1,0.53125,NULL);
INSERT INTO "reports" VALUES(2,2,0,1,0.828125,NULL);
INSERT INTO "reports" VALUES(2,3,0,1,0.515625,NULL);
CREATE TABLE run_values(
  study INTEGER NOT NULL,
  trial INTEGER NOT NULL,
  run INTEGER NOT NULL,
  position INTEGER NOT NULL,        -- of the objective
  value REAL NOT NULL,
  special TEXT,
  PRIMARY KEY(study, trial, run, position),
  FOREIGN KEY(study, trial, run) REFERENCES runs ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
INSERT INTO "run_values" VALUES(1,0,0,0,0.921875,NULL);
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
  PRIMARY KEY(study, trial, run),
  FOREIGN KEY(study, trial) REFERENCES trials ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
INSERT INTO "runs" VALUES(1,0,0,'14472151619141354571',3,0,'complete','old-host:22002:515702:00000000-0000-0000-0000-000000000000#3','old-host','00000000-0000-0000-0000-000000000000',22002,515702);
INSERT INTO "runs" VALUES(1,1,0,'5491706619707278945',1,0,'pruned',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "runs" VALUES(1,2,0,'10997785760737986334',1,0,'pruned',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "runs" VALUES(1,3,0,'362482484035114578',1,0,'pruned',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "runs" VALUES(2,0,0,'9883447612127800902',2,0,'paused',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "runs" VALUES(2,1,0,'1103268066677051094',1,0,'paused',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "runs" VALUES(2,2,0,'4967665607006272121',2,0,'running','old-host:22007:515723:00000000-0000-0000-0000-000000000000#2','old-host','00000000-0000-0000-0000-000000000000',22007,515723);
INSERT INTO "runs" VALUES(2,3,0,'1233857235747261311',1,0,'paused',NULL,NULL,NULL,NULL,NULL);
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
INSERT INTO "studies" VALUES(1,'finished','fit','3',27,'521d3775002e3433','c85601c01415dafb',1795821138021,'format = 1

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
batch_norm = { type = "bool", default = false }
label_smoothing = { type = "float", low = 0.0, high = 0.2, default = 0.0 }

[data]
path = "/data/old.csv"
target = "y"
task = "classification"

[fit]
metric = "accuracy"
');
INSERT INTO "studies" VALUES(2,'killed','fit','4',27,'521d3775002e3433','d2c317b1ac913138',1795821138229,'format = 1

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
batch_norm = { type = "bool", default = false }
label_smoothing = { type = "float", low = 0.0, high = 0.2, default = 0.0 }

[data]
path = "/data/old.csv"
target = "y"
task = "classification"

[fit]
metric = "accuracy"
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
  PRIMARY KEY(study, number),
  CHECK((finished > 0) = (state = 'complete' OR state = 'pruned' OR state = 'failed'))
) STRICT, WITHOUT ROWID;
INSERT INTO "trials" VALUES(1,0,'complete','default','default','the default configuration',0,1,2,45,27,1795821138024,9.2441472999780671671e-02,'','93361ce9fc17fa49','0.1.0 avx512','0.5252185346943057 0.375 0.8015918060491649 0.8015918060491649 0.5 0.5 0.08333333333333333 0.125 0.5 0.5 0.2 0.6 0.125 0.25 0');
INSERT INTO "trials" VALUES(1,1,'pruned','sampler','qmc','Sobol point 1 of 8',0,4,5,46,1,1795821138041,5.09939900075551122426e-03,'not promoted before the budget was spent','93361ce9fc17fa49','0.1.0 avx512','0.9898652118863538 0.625 0.7380874579336745 0.544110980649884 0.6506975542963638 0.5 0.75 0.125 0.5 0.5 0.5399461638880894 0.28809856239240617 0.125 0.25 0.8840573445195332');
INSERT INTO "trials" VALUES(1,2,'pruned','sampler','qmc','Sobol point 2 of 8',0,7,8,47,1,1795821138048,5.14672999997856095433e-04,'not promoted before the budget was spent','93361ce9fc17fa49','0.1.0 avx512','0.2453527640318498 0.375 0.29823105168624864 0.45819162806229197 0.5 0.5 0.08333333333333333 0.625 0.10520826035644859 0.5 0.45350136735942215 0.9547362859593704 0.625 0.75 0.13182548864278942');
INSERT INTO "trials" VALUES(1,3,'pruned','sampler','qmc','Sobol point 3 of 8',0,14,15,48,1,1795821138069,2.50805089999630581587e-02,'not promoted before the budget was spent','93361ce9fc17fa49','0.1.0 avx512','0.4014904029900208 0.875 0.9403693597240383 0.7734536957149286 0.1586402968961729 0.6777688750893004 0.75 0.875 0.5 0.5 0.0832099545514211 0.5748648330336437 0.375 0.25 0.4978067573392764');
INSERT INTO "trials" VALUES(2,0,'paused','default','default','the default configuration',0,1,2,0,3,1795821138231,2.8467008999541576486e-02,'','565489fa4cb5d0a7','0.1.0 avx512','0.5252185346943057 0.375 0.8015918060491649 0.8015918060491649 0.5 0.5 0.08333333333333333 0.125 0.5 0.5 0.2 0.6 0.125 0.25 0');
INSERT INTO "trials" VALUES(2,1,'paused','sampler','qmc','Sobol point 1 of 8',0,2,3,0,1,1795821138232,1.26451400046789785847e-03,'','565489fa4cb5d0a7','0.1.0 avx512','0.3667237883200869 0.125 0.728156533578255 0.5 0.5 0.5 0.5833333333333334 0.375 0.5 0.5 0.7218365439912304 0.32140263298060745 0.875 0.75 0.5276559566846117');
INSERT INTO "trials" VALUES(2,2,'running','sampler','qmc','Sobol point 2 of 8',0,5,6,0,3,1795821138236,2.08330920004300423897e-02,'','565489fa4cb5d0a7','0.1.0 avx512','0.9030544509878382 0.625 0.29823105168624864 0.8662670157737106 0.8590530051424022 0.5 0.4166666666666667 0.875 0.5 0.5 0.28799239767249674 0.9167429689550772 0.125 0.25 0.47984234581235796');
INSERT INTO "trials" VALUES(2,3,'paused','sampler','qmc','Sobol point 3 of 8',0,8,9,0,1,1795821138246,6.01024899970070691779e-03,'','565489fa4cb5d0a7','0.1.0 avx512','0.5244404656114057 0.375 0.9621897071021722 0.009075047900856247 0.5 0.5 0.9166666666666666 0.625 0.216535359271802 0.5 0.21621991379652172 0.5427387902745977 0.625 0.75 0.10675533895846456');
CREATE VIEW results AS              -- the value of a trial is the mean over its complete runs
  SELECT studies.name AS study, trials.number AS trial, trials.state, trials.arm, trials.seconds, trials.reason,
         objectives.metric, objectives.direction, avg(run_values.value) AS value
  FROM trials JOIN studies ON studies.id = trials.study JOIN objectives ON objectives.study = trials.study
  LEFT JOIN runs ON runs.study = trials.study AND runs.trial = trials.number AND runs.state = 'complete'
  LEFT JOIN run_values ON run_values.study = runs.study AND run_values.trial = runs.trial
    AND run_values.run = runs.run AND run_values.position = objectives.position
  GROUP BY trials.study, trials.number, objectives.position;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('studies',2);
COMMIT;
