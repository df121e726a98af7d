"""Competency frameworks in CASE (Competencies and Academic Standards Exchange), 1.0 and 1.1."""
