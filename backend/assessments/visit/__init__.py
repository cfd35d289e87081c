"""What every calculator needs for its visitors: drafts of their answers, and links to their results."""
