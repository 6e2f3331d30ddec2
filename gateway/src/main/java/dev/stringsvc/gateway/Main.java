package dev.stringsvc.gateway;

/// The string service.
///
/// A second paragraph that is really long so that we can see whether the formatter breaks this line of Markdown Javadoc
/// at one hundred and twenty.
final class Main {
    private Main() {}

    static void main(String[] args) {
        System.out.println("hi");
    }
}
