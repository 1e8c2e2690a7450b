"""The daily tables -> what is said about a day."""
