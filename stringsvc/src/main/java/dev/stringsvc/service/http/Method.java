package dev.stringsvc.service.http;

/// The methods of the string service, with their names in the log and the metrics.
enum Method {
    UPPERCASE("uppercase", "StringApi.uppercase"),
    COUNT("count", "StringApi.count"),
    SEND_EMAIL("SendEmail", "StringApi.sendEmail");

    private final String label;
    private final String caller;

    Method(String label, String caller) {
        this.label = label;
        this.caller = caller;
    }

    String label() {
        return label;
    }

    /// The Java method that handles it, as the log names it.
    String caller() {
        return caller;
    }
}
