-- What a file of Optuna 3.2 to 4 has beside optuna_3.sql: revision v3.2.0.a of its schema, after
-- optuna/storages/_rdb/alembic/versions/v3.2.0.a_.py (an index) and models.py (which names it ix_trials_study_id).
CREATE INDEX ix_trials_study_id ON trials (study_id);
UPDATE alembic_version SET version_num = 'v3.2.0.a';
UPDATE version_info SET library_version = '4.5.0';
