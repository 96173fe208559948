using System.Runtime.InteropServices;

var app = WebApplication.CreateBuilder(args).Build();

app.MapGet("/", () => $"Hello from {RuntimeInformation.FrameworkDescription} on {RuntimeInformation.OSDescription}.");

app.Run();
