"""The way of a visitor through any calculator: drafts of their answers, and links to what came of them."""
