"""What the views share: answers, negotiation, problems, the registry behind a request."""
