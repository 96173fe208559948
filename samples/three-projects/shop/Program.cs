using Catalog;
using Prices;

foreach (var good in Goods.Read(AppContext.BaseDirectory))
{
    Console.WriteLine($"{good}: {PriceList.Of(good)} cents");
}
