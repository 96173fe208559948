using Containerize.Http;
using Containerize.Registry.Authorization;

namespace Containerize.Registry.Transfer;

/// <summary>One request to a registry, before authorization and redirects.</summary>
/// <param name="Method">The method.</param>
/// <param name="Url">The full URL.</param>
/// <param name="Access">What the request needs to be allowed to do.</param>
internal sealed record RegistryRequest(HttpMethod Method, Uri Url, Access Access) : HttpRequest(Method, Url);
