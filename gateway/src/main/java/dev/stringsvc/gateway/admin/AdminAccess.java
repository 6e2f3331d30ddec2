package dev.stringsvc.gateway.admin;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpCookie;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/// Lets requests to the admin port in: those with the token, or with the cookie of a session. It stands in
/// front of every path, and knows only the few that are open, each in one spelling; a path that is spelled in
/// another way needs the token. Requests that may change something are refused if a page of another site
/// sends them. Thread-safe.
final class AdminAccess extends Handler.Wrapper {
    /// The attribute of a request with the id of the session that let it in; absent if the token did.
    static final String SESSION = AdminAccess.class.getName() + ".session";

    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final String BEARER = "bearer ";
    private static final String LOGIN = "/login";

    /// Open to everybody: health checks, and the page with its files, which asks for the token itself.
    private static final Set<String> OPEN = Set.of("/healthz", "/readyz", "/");

    private static final Pattern PAGE_FILE = Pattern.compile("/page/[a-z0-9-]+\\.[a-z0-9]+");
    private static final Pattern SCHEME = Pattern.compile("^https?://");
    private static final String METRICS = "/metrics";

    private final TokenCheck token;
    private final Sessions sessions;
    private final RefusalLog log;
    private final boolean openMetrics;

    /// @param openMetrics true if `/metrics` is open too
    /// @param handler gets the requests that are let in
    AdminAccess(TokenCheck token, Sessions sessions, RefusalLog log, boolean openMetrics, Handler handler) {
        super(handler);
        this.token = token;
        this.sessions = sessions;
        this.log = log;
        this.openMetrics = openMetrics;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        response.getHeaders()
                .put("X-Content-Type-Options", "nosniff")
                .put("X-Frame-Options", "DENY")
                .put("Cross-Origin-Resource-Policy", "same-origin")
                .put("Referrer-Policy", "no-referrer");
        String method = request.getMethod();
        @Nullable String path = request.getHttpURI().getPath();
        boolean reads = method.equals("GET") || method.equals("HEAD");
        List<String> authorization = request.getHeaders().getValuesList(HttpHeader.AUTHORIZATION);
        if (reads && path != null && isOpen(path)) {
            return super.handle(request, response, callback);
        }
        if (token.isRequired() && !authorization.isEmpty()) {
            if (authorization.size() == 1 && token.accepts(bearer(authorization.getFirst()))) {
                return super.handle(request, response, callback);
            }
            return unauthorized(request, response, callback, "the token is not the admin port's");
        }
        boolean logsIn = method.equals("POST") && LOGIN.equals(path);
        if (token.isRequired() && !logsIn && !hasSession(request)) {
            return unauthorized(request, response, callback, "there is neither a token nor a session");
        }
        if (!reads && isFromElsewhere(request)) {
            ProblemResponse.write(response, callback, FORBIDDEN, "A page of another site may not send this request.");
            return true;
        }
        return super.handle(request, response, callback);
    }

    private boolean isOpen(String path) {
        return OPEN.contains(path) || PAGE_FILE.matcher(path).matches() || (openMetrics && path.equals(METRICS));
    }

    private static String bearer(String authorization) {
        return authorization.toLowerCase(Locale.ROOT).startsWith(BEARER)
                ? authorization.substring(BEARER.length()).strip()
                : "";
    }

    private boolean hasSession(Request request) {
        String name = Sessions.cookie(Request.getServerPort(request));
        for (HttpCookie cookie : Request.getCookies(request)) {
            if (cookie.getName().equals(name) && sessions.isOpen(cookie.getValue())) {
                request.setAttribute(SESSION, cookie.getValue());
                return true;
            }
        }
        return false;
    }

    private boolean unauthorized(Request request, Response response, Callback callback, String why) {
        log.refused(Request.getRemoteAddr(request), why);
        response.getHeaders().put(HttpHeader.WWW_AUTHENTICATE, "Bearer");
        ProblemResponse.write(
                response,
                callback,
                UNAUTHORIZED,
                "The admin port asks for its token, in Authorization: Bearer TOKEN; the page at / asks a person for it.");
        return true;
    }

    /// Browsers say in `Sec-Fetch-Site` who sends a request, old ones only in `Origin`; other clients say
    /// nothing.
    private static boolean isFromElsewhere(Request request) {
        @Nullable String site = request.getHeaders().get("Sec-Fetch-Site");
        if (site != null) {
            return !site.equals("same-origin") && !site.equals("none");
        }
        @Nullable String origin = request.getHeaders().get(HttpHeader.ORIGIN);
        if (origin == null) {
            return false;
        }
        // without the scheme, which a proxy in front that speaks TLS changes
        return !SCHEME.matcher(origin).replaceFirst("").equalsIgnoreCase(AdminHosts.hostOf(request));
    }
}
