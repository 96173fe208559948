var app = WebApplication.CreateBuilder(args).Build();
app.MapGet("/", () => "Made by Aspire's pipeline, with Containerize.");
app.Run();
