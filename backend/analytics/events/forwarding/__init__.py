"""Events passed on to Google Analytics 4 by its Measurement Protocol, if the settings name a stream."""
