Console.WriteLine("webhookbridge");
