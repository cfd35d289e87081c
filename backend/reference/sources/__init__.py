"""One module per family of public files: each turns raw rows into figures by occupation."""
