"""Letters to people: jobs first, so that none is lost, and nothing personal in a row that is not sealed."""
