"""Keys and certificates: forms, chains, checks, requests; openssl is the referee."""
