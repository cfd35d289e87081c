"""Charts of the dashboards: frozen rows in, a Plotly figure out; pure."""
