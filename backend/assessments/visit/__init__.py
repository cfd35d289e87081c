"""How a visitor gets there: the questions, the answers kept for a while, the stored assessment, the link."""
