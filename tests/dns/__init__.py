"""The product against name servers: BIND as the referee, hostile ones as the enemy."""
