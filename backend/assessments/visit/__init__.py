"""What every calculator needs for its visitors: drafts of their answers, and shared links to their results."""
