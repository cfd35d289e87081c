"""Letters to people: sent as jobs, so that none is lost, with everything personal sealed."""
