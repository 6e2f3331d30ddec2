package dev.stringsvc.bench;

/// A program that sends requests.
interface LoadTool {
    /// @param port where the measured program listens
    /// @param rate in requests/s; 0 for as many as possible
    Load load(Cell cell, int port, int seconds, int rate);
}
