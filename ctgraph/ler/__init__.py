"""Learning and employment records: what issuers of badges and wallets take from the registry."""
