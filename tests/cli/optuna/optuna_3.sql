-- What make_studies.py made with Optuna 3.1.0.
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('v3.0.0.d');
CREATE TABLE studies (
	study_id INTEGER NOT NULL, 
	study_name VARCHAR(512) NOT NULL, 
	PRIMARY KEY (study_id)
);
INSERT INTO "studies" VALUES(1,'plain');
INSERT INTO "studies" VALUES(2,'odd');
INSERT INTO "studies" VALUES(3,'dynamic');
INSERT INTO "studies" VALUES(4,'two');
CREATE TABLE study_directions (
	study_direction_id INTEGER NOT NULL, 
	direction VARCHAR(8) NOT NULL, 
	study_id INTEGER NOT NULL, 
	objective INTEGER NOT NULL, 
	PRIMARY KEY (study_direction_id), 
	UNIQUE (study_id, objective), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
INSERT INTO "study_directions" VALUES(1,'MAXIMIZE',1,0);
INSERT INTO "study_directions" VALUES(2,'MINIMIZE',2,0);
INSERT INTO "study_directions" VALUES(3,'MINIMIZE',3,0);
INSERT INTO "study_directions" VALUES(4,'MINIMIZE',4,0);
INSERT INTO "study_directions" VALUES(5,'MAXIMIZE',4,1);
CREATE TABLE study_system_attributes (
	study_system_attribute_id INTEGER NOT NULL, 
	study_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (study_system_attribute_id), 
	UNIQUE (study_id, "key"), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
INSERT INTO "study_system_attributes" VALUES(1,4,'study:metric_names','["loss", "speed"]');
CREATE TABLE study_user_attributes (
	study_user_attribute_id INTEGER NOT NULL, 
	study_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (study_user_attribute_id), 
	UNIQUE (study_id, "key"), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
INSERT INTO "study_user_attributes" VALUES(1,1,'dataset','{"rows": 7}');
CREATE TABLE trial_heartbeats (
	trial_heartbeat_id INTEGER NOT NULL, 
	trial_id INTEGER NOT NULL, 
	heartbeat DATETIME NOT NULL, 
	PRIMARY KEY (trial_heartbeat_id), 
	UNIQUE (trial_id), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
CREATE TABLE trial_intermediate_values (
	trial_intermediate_value_id INTEGER NOT NULL, 
	trial_id INTEGER NOT NULL, 
	step INTEGER NOT NULL, 
	intermediate_value FLOAT, 
	intermediate_value_type VARCHAR(7) NOT NULL, 
	PRIMARY KEY (trial_intermediate_value_id), 
	UNIQUE (trial_id, step), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_intermediate_values" VALUES(1,1,0,0.1,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(2,1,1,NULL,'NAN');
INSERT INTO "trial_intermediate_values" VALUES(3,1,3,0.0,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(4,2,0,0.1,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(5,2,1,NULL,'NAN');
INSERT INTO "trial_intermediate_values" VALUES(6,2,3,3.33333333333333314829e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(7,3,0,0.1,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(8,3,1,NULL,'NAN');
INSERT INTO "trial_intermediate_values" VALUES(9,3,3,NULL,'INF_NEG');
INSERT INTO "trial_intermediate_values" VALUES(10,4,0,0.1,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(11,4,1,NULL,'NAN');
INSERT INTO "trial_intermediate_values" VALUES(12,4,3,1.0,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(13,5,0,0.25,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(14,5,1,0.5,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(15,6,0,0.1,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(16,6,1,NULL,'NAN');
INSERT INTO "trial_intermediate_values" VALUES(17,6,3,1.66666666666666674068e+00,'FINITE');
CREATE TABLE trial_params (
	param_id INTEGER NOT NULL, 
	trial_id INTEGER, 
	param_name VARCHAR(512), 
	param_value FLOAT, 
	distribution_json TEXT, 
	PRIMARY KEY (param_id), 
	UNIQUE (trial_id, param_name), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_params" VALUES(1,1,'x',-0.3,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -1.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(2,1,'lr',0.0001,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 1e-05, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(3,1,'n',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 2, "low": 1, "high": 9}}');
INSERT INTO "trial_params" VALUES(4,1,'k',1.0,'{"name": "IntDistribution", "attributes": {"log": true, "step": 1, "low": 1, "high": 100}}');
INSERT INTO "trial_params" VALUES(5,1,'q',0.0,'{"name": "FloatDistribution", "attributes": {"step": 0.1, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(6,1,'c',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["a", 1, 2.5, null, true]}}');
INSERT INTO "trial_params" VALUES(7,2,'x',-1.99999999999999983346e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -1.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(8,2,'lr',3.00000000000000027929e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 1e-05, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(9,2,'n',3.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 2, "low": 1, "high": 9}}');
INSERT INTO "trial_params" VALUES(10,2,'k',8.0,'{"name": "IntDistribution", "attributes": {"log": true, "step": 1, "low": 1, "high": 100}}');
INSERT INTO "trial_params" VALUES(11,2,'q',0.1,'{"name": "FloatDistribution", "attributes": {"step": 0.1, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(12,2,'c',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["a", 1, 2.5, null, true]}}');
INSERT INTO "trial_params" VALUES(13,3,'x',-9.99999999999999777955e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -1.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(14,3,'lr',9.00000000000000083787e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 1e-05, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(15,3,'n',5.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 2, "low": 1, "high": 9}}');
INSERT INTO "trial_params" VALUES(16,3,'k',15.0,'{"name": "IntDistribution", "attributes": {"log": true, "step": 1, "low": 1, "high": 100}}');
INSERT INTO "trial_params" VALUES(17,3,'q',0.2,'{"name": "FloatDistribution", "attributes": {"step": 0.1, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(18,3,'c',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["a", 1, 2.5, null, true]}}');
INSERT INTO "trial_params" VALUES(19,4,'x',5.55111512312578270211e-17,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -1.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(20,4,'lr',0.0027,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 1e-05, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(21,4,'n',7.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 2, "low": 1, "high": 9}}');
INSERT INTO "trial_params" VALUES(22,4,'k',22.0,'{"name": "IntDistribution", "attributes": {"log": true, "step": 1, "low": 1, "high": 100}}');
INSERT INTO "trial_params" VALUES(23,4,'q',3.00000000000000044408e-01,'{"name": "FloatDistribution", "attributes": {"step": 0.1, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(24,4,'c',3.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["a", 1, 2.5, null, true]}}');
INSERT INTO "trial_params" VALUES(25,5,'x',1.00000000000000033306e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -1.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(26,5,'lr',0.0081,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 1e-05, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(27,5,'n',9.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 2, "low": 1, "high": 9}}');
INSERT INTO "trial_params" VALUES(28,5,'k',29.0,'{"name": "IntDistribution", "attributes": {"log": true, "step": 1, "low": 1, "high": 100}}');
INSERT INTO "trial_params" VALUES(29,5,'q',0.4,'{"name": "FloatDistribution", "attributes": {"step": 0.1, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(30,5,'c',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["a", 1, 2.5, null, true]}}');
INSERT INTO "trial_params" VALUES(31,6,'x',0.2,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -1.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(32,6,'lr',2.43000000000000021538e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 1e-05, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(33,6,'n',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 2, "low": 1, "high": 9}}');
INSERT INTO "trial_params" VALUES(34,6,'k',36.0,'{"name": "IntDistribution", "attributes": {"log": true, "step": 1, "low": 1, "high": 100}}');
INSERT INTO "trial_params" VALUES(35,6,'q',0.5,'{"name": "FloatDistribution", "attributes": {"step": 0.1, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(36,6,'c',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["a", 1, 2.5, null, true]}}');
INSERT INTO "trial_params" VALUES(37,7,'x',0.9,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -1.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(38,10,'a-b',-4.5,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -5.0, "high": 0.0, "log": false}}');
INSERT INTO "trial_params" VALUES(39,10,'a_b',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 2, "low": 0, "high": 4}}');
INSERT INTO "trial_params" VALUES(40,10,'7',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["x"]}}');
INSERT INTO "trial_params" VALUES(41,11,'a-b',1.5,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -1.0, "high": 2.0, "log": false}}');
INSERT INTO "trial_params" VALUES(42,11,'a_b',3.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 3, "low": 0, "high": 9}}');
INSERT INTO "trial_params" VALUES(43,11,'7',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["x"]}}');
INSERT INTO "trial_params" VALUES(44,12,'a-b',0.5,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -1.0, "high": 2.0, "log": false}}');
INSERT INTO "trial_params" VALUES(45,12,'a_b',0.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 3, "low": 0, "high": 9}}');
INSERT INTO "trial_params" VALUES(46,12,'7',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["x"]}}');
INSERT INTO "trial_params" VALUES(47,13,'a-b',-1.0,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -1.0, "high": -1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(48,13,'a_b',6.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 6, "high": 6}}');
INSERT INTO "trial_params" VALUES(49,13,'7',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["x"]}}');
INSERT INTO "trial_params" VALUES(50,14,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["svm", "forest"]}}');
INSERT INTO "trial_params" VALUES(51,14,'c',0.1,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 10.0, "log": false}}');
INSERT INTO "trial_params" VALUES(52,15,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["svm", "forest"]}}');
INSERT INTO "trial_params" VALUES(53,15,'depth',3.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 8}}');
INSERT INTO "trial_params" VALUES(54,16,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["svm", "forest"]}}');
INSERT INTO "trial_params" VALUES(55,16,'c',2.1,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 12.0, "log": false}}');
INSERT INTO "trial_params" VALUES(56,17,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["svm", "forest"]}}');
INSERT INTO "trial_params" VALUES(57,17,'depth',5.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 8}}');
INSERT INTO "trial_params" VALUES(58,18,'x',0.0,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -1.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(59,19,'x',0.25,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -1.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(60,20,'x',0.5,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -1.0, "high": 1.0, "log": false}}');
CREATE TABLE trial_system_attributes (
	trial_system_attribute_id INTEGER NOT NULL, 
	trial_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (trial_system_attribute_id), 
	UNIQUE (trial_id, "key"), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_system_attributes" VALUES(1,1,'constraints','[-3.5, -1.0]');
INSERT INTO "trial_system_attributes" VALUES(2,2,'constraints','[-2.5, -1.0]');
INSERT INTO "trial_system_attributes" VALUES(3,3,'constraints','[-1.5, -1.0]');
INSERT INTO "trial_system_attributes" VALUES(4,4,'constraints','[-0.5, -1.0]');
INSERT INTO "trial_system_attributes" VALUES(5,6,'constraints','[1.5, -1.0]');
INSERT INTO "trial_system_attributes" VALUES(6,8,'fixed_params','{"x": 0.25, "lr": 0.01, "n": 3, "k": 9, "q": 0.3, "c": true}');
INSERT INTO "trial_system_attributes" VALUES(7,9,'fixed_params','{"x": 0.5}');
CREATE TABLE trial_user_attributes (
	trial_user_attribute_id INTEGER NOT NULL, 
	trial_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (trial_user_attribute_id), 
	UNIQUE (trial_id, "key"), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_user_attributes" VALUES(1,1,'note','"trial 0"');
INSERT INTO "trial_user_attributes" VALUES(2,2,'note','"trial 1"');
INSERT INTO "trial_user_attributes" VALUES(3,3,'note','"trial 2"');
INSERT INTO "trial_user_attributes" VALUES(4,4,'note','"trial 3"');
INSERT INTO "trial_user_attributes" VALUES(5,6,'note','"trial 5"');
CREATE TABLE trial_values (
	trial_value_id INTEGER NOT NULL, 
	trial_id INTEGER NOT NULL, 
	objective INTEGER NOT NULL, 
	value FLOAT, 
	value_type VARCHAR(7) NOT NULL, 
	PRIMARY KEY (trial_value_id), 
	UNIQUE (trial_id, objective), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_values" VALUES(1,1,0,1.0,'FINITE');
INSERT INTO "trial_values" VALUES(2,2,0,0.5,'FINITE');
INSERT INTO "trial_values" VALUES(3,3,0,3.33333333333333314829e-01,'FINITE');
INSERT INTO "trial_values" VALUES(4,4,0,0.25,'FINITE');
INSERT INTO "trial_values" VALUES(5,5,0,0.5,'FINITE');
INSERT INTO "trial_values" VALUES(6,6,0,1.66666666666666657414e-01,'FINITE');
INSERT INTO "trial_values" VALUES(7,10,0,1.0,'FINITE');
INSERT INTO "trial_values" VALUES(8,11,0,NULL,'INF_POS');
INSERT INTO "trial_values" VALUES(9,14,0,0.0,'FINITE');
INSERT INTO "trial_values" VALUES(10,15,0,1.0,'FINITE');
INSERT INTO "trial_values" VALUES(11,16,0,2.0,'FINITE');
INSERT INTO "trial_values" VALUES(12,17,0,3.0,'FINITE');
INSERT INTO "trial_values" VALUES(13,18,0,0.0,'FINITE');
INSERT INTO "trial_values" VALUES(14,18,1,0.0,'FINITE');
INSERT INTO "trial_values" VALUES(15,19,0,1.0,'FINITE');
INSERT INTO "trial_values" VALUES(16,19,1,2.0,'FINITE');
INSERT INTO "trial_values" VALUES(17,20,0,2.0,'FINITE');
INSERT INTO "trial_values" VALUES(18,20,1,4.0,'FINITE');
CREATE TABLE trials (
	trial_id INTEGER NOT NULL, 
	number INTEGER, 
	study_id INTEGER, 
	state VARCHAR(8) NOT NULL, 
	datetime_start DATETIME, 
	datetime_complete DATETIME, 
	PRIMARY KEY (trial_id), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
INSERT INTO "trials" VALUES(1,0,1,'COMPLETE','2026-01-02 03:04:05.250000','2026-01-02 03:04:06.750000');
INSERT INTO "trials" VALUES(2,1,1,'COMPLETE','2026-01-02 03:04:05.250000','2026-01-02 03:04:06.750000');
INSERT INTO "trials" VALUES(3,2,1,'COMPLETE','2026-01-02 03:04:05.250000','2026-01-02 03:04:06.750000');
INSERT INTO "trials" VALUES(4,3,1,'COMPLETE','2026-01-02 03:04:05.250000','2026-01-02 03:04:06.750000');
INSERT INTO "trials" VALUES(5,4,1,'PRUNED','2026-01-02 03:04:05.250000','2026-01-02 03:04:06.750000');
INSERT INTO "trials" VALUES(6,5,1,'COMPLETE','2026-01-02 03:04:05.250000','2026-01-02 03:04:06.750000');
INSERT INTO "trials" VALUES(7,6,1,'FAIL','2026-01-02 03:04:05.250000','2026-01-02 03:04:06.750000');
INSERT INTO "trials" VALUES(8,7,1,'WAITING',NULL,NULL);
INSERT INTO "trials" VALUES(9,8,1,'WAITING',NULL,NULL);
INSERT INTO "trials" VALUES(10,0,2,'COMPLETE','2026-01-02 03:04:05.250000','2026-01-02 03:04:06.750000');
INSERT INTO "trials" VALUES(11,1,2,'COMPLETE','2026-01-02 03:04:05.250000','2026-01-02 03:04:06.750000');
INSERT INTO "trials" VALUES(12,2,2,'FAIL','2026-01-02 03:04:05.250000','2026-01-02 03:04:06.750000');
INSERT INTO "trials" VALUES(13,3,2,'RUNNING','2026-01-02 03:04:05.250000',NULL);
INSERT INTO "trials" VALUES(14,0,3,'COMPLETE','2026-01-02 03:04:05.250000','2026-01-02 03:04:06.750000');
INSERT INTO "trials" VALUES(15,1,3,'COMPLETE','2026-01-02 03:04:05.250000','2026-01-02 03:04:06.750000');
INSERT INTO "trials" VALUES(16,2,3,'COMPLETE','2026-01-02 03:04:05.250000','2026-01-02 03:04:06.750000');
INSERT INTO "trials" VALUES(17,3,3,'COMPLETE','2026-01-02 03:04:05.250000','2026-01-02 03:04:06.750000');
INSERT INTO "trials" VALUES(18,0,4,'COMPLETE','2026-01-02 03:04:05.250000','2026-01-02 03:04:06.750000');
INSERT INTO "trials" VALUES(19,1,4,'COMPLETE','2026-01-02 03:04:05.250000','2026-01-02 03:04:06.750000');
INSERT INTO "trials" VALUES(20,2,4,'COMPLETE','2026-01-02 03:04:05.250000','2026-01-02 03:04:06.750000');
CREATE TABLE version_info (
	version_info_id INTEGER NOT NULL, 
	schema_version INTEGER, 
	library_version VARCHAR(256), 
	PRIMARY KEY (version_info_id), 
	CHECK (version_info_id=1)
);
INSERT INTO "version_info" VALUES(1,12,'3.1.0');
CREATE UNIQUE INDEX ix_studies_study_name ON studies (study_name);
COMMIT;
