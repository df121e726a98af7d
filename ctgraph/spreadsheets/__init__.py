"""Records as the rows of spreadsheets: templates, checks, uploads, and exports."""
