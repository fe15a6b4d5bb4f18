"""The fault scoreboard: what is killed, unplugged, filled up or rewound, and what became of each reading."""
