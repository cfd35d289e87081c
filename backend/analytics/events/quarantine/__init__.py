"""Events whose time is impossible: kept whole, counted nowhere, until somebody decides."""
