"""What every room stands on and no city shapes: settings, actions, audit, events, crypto, files, clock, geometry."""
