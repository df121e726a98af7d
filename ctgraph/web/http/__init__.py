"""What the views share: negotiation, problems, the registry behind a request."""
