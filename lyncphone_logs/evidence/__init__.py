"""Evidence from elsewhere than the trace: certificate files, stated facts, the text on the phone's screen."""
