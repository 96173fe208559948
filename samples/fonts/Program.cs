using SkiaSharp;

var app = WebApplication.CreateBuilder(args).Build();

// SkiaSharp finds fonts through libfontconfig1, which the base image does not have; the package layer brings it, and a font.
app.MapGet("/", () =>
{
    using var bitmap = SKBitmap.Decode(Draw("Ä"));
    return $"{SKFontManager.Default.MatchFamily("DejaVu Sans")?.FamilyName} draws {bitmap.Width} x {bitmap.Height}";
});
app.MapGet("/image", (string? text) => Results.Bytes(Draw(text ?? "Grüße aus dem Image"), "image/png"));

app.Run();

static byte[] Draw(string text)
{
    using var typeface = SKFontManager.Default.MatchFamily("DejaVu Sans") ?? throw new InvalidOperationException("The font is not there.");
    using var font = new SKFont(typeface, 48);
    using var surface = SKSurface.Create(new SKImageInfo(640, 120));
    surface.Canvas.Clear(SKColors.White);
    using var paint = new SKPaint { Color = SKColors.DarkSlateBlue, IsAntialias = true };
    surface.Canvas.DrawText(text, 20, 75, SKTextAlign.Left, font, paint);
    using var image = surface.Snapshot();
    using var png = image.Encode(SKEncodedImageFormat.Png, 100);
    return png.ToArray();
}
