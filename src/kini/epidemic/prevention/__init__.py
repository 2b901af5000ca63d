"""Prevention and care: self-assessment, support in isolation, hospital beds, advice by level, alerts."""
