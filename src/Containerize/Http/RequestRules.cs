using System.Net.Http.Headers;

namespace Containerize.Http;

/// <summary>What a request obeys on its way, wherever it is led.</summary>
/// <param name="Origin">The server that the user named. When it is reached by https, nothing that it leads to falls back to http.</param>
/// <param name="AuthorizationOf">The header for a URL of the request's own origin; no other origin gets one.</param>
/// <param name="PolicyOf">What a connection to a URL must obey.</param>
internal sealed record RequestRules(
    Uri Origin, Func<Uri, AuthenticationHeaderValue?> AuthorizationOf, Func<Uri, ConnectionPolicy> PolicyOf);
