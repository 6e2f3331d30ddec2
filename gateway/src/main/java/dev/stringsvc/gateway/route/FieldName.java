package dev.stringsvc.gateway.route;

/// The names of header fields and cookies: tokens, as RFC 9110, section 5.6.2, has them.
final class FieldName {
    private FieldName() {}

    static boolean isValid(String name) {
        return name.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    }
}
