//! The boundary: converts what JavaScript hands over, calls the engine, converts what it returns. Computes nothing.
