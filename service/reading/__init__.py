"""The way in: from files and pages to articles and sentences."""
