"""Airflow for real: `make airflow-check`. The DAG's file alone is tested in tests/unit/test_airflow_dag.py."""
