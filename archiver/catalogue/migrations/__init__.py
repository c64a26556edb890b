"""How a catalogue becomes one of the newest schema."""
