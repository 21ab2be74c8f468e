"""Browser profiles at Multilogin X: known, started, driven, stopped, looked after."""
