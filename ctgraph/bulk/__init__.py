"""Many documents at once: loading, checking, generating."""
