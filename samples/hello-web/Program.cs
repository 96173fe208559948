using System.Globalization;
using System.Security.Cryptography.X509Certificates;

var app = WebApplication.CreateBuilder(args).Build();

// What the base image must bring: ICU for cultures, the time zone database, the certificate authorities that TLS trusts, and a user.
app.MapGet("/", () =>
{
    var price = 1234.5.ToString("C", CultureInfo.GetCultureInfo("de-DE"));
    var zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
    using var roots = new X509Store(StoreName.Root, StoreLocation.LocalMachine, OpenFlags.ReadOnly);
    return $"{price}; {zone.Id} {zone.GetUtcOffset(new DateTime(2026, 7, 1, 0, 0, 0, DateTimeKind.Utc))}; " +
        $"{(roots.Certificates.Count > 100 ? "trusted" : "no")} roots; " +
        $"{Environment.UserName} {Environment.GetFolderPath(Environment.SpecialFolder.UserProfile)}";
});

app.Run();
