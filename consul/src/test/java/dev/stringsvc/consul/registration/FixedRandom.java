package dev.stringsvc.consul.registration;

import java.util.random.RandomGenerator;

/// A random generator that always returns the same number.
record FixedRandom(double value) implements RandomGenerator {
    @Override
    public double nextDouble() {
        return value;
    }

    @Override
    public long nextLong() {
        throw new UnsupportedOperationException();
    }
}
