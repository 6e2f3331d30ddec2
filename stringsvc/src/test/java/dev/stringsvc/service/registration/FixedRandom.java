package dev.stringsvc.service.registration;

import java.util.random.RandomGenerator;

/// Chance that is not.
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
