"""Demo visits: invented sessions that fill the dashboards of a new installation."""
