package dev.stringsvc.gateway.discovery;

/// An instance that discovery knows and does not call healthy, so that it gets no requests.
///
/// @param status as the registry has it, for example `critical`, `warning` or `maintenance`
/// @param reason the check that fails, and what it said; empty if the registry does not say
public record Unhealthy(Instance.Key key, String status, String reason) {
    /// In one phrase, for example `critical: service:web-1: connection refused`.
    public String description() {
        return reason.isEmpty() ? status : status + ": " + reason;
    }
}
