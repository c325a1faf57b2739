"""The Wirecheck service. Importing it loads nothing heavy."""
