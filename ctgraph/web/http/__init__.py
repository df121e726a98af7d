"""The modules that all views share: answers, negotiation, problems, the registry."""
